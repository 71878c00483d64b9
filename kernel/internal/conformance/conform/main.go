// Conform runs the Go project's own test programs as cells and prints how many
// of them do what they do under Go.
//
//	conform -session bin/weft-session -engine interp,auto
//
// All take 5 to 10 minutes for an engine on two cores, half of it the first time
// only, to hear from Go. With -known it fails if a program does worse than the
// lists in that folder say; with -update it writes them.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"log"
	"os"
	"os/signal"
	"path/filepath"
	"regexp"
	"strings"
	"time"

	"github.com/weft-go/weft/kernel/internal/conformance"
)

var (
	session  = flag.String("session", "", "the session's program; beside this one if empty")
	engines  = flag.String("engine", "interp,auto", "engines to try, separated by commas")
	split    = flag.Bool("split", false, "one cell for each declaration instead of one for the program")
	every    = flag.Int("every", 1, "take every n-th program only")
	from     = flag.Int("from", 0, "with -every, the first program")
	only     = flag.String("run", "", "take programs whose names match this regular expression")
	tests    = flag.String("tests", "", "the folder of the Go project's tests; GOROOT/test if empty")
	cache    = flag.String("cache", "", "where the go command's answers are kept; in the user's cache if empty")
	known    = flag.String("known", "", "the folder with the lists of known failures to compare with")
	update   = flag.Bool("update", false, "write the lists of known failures")
	out      = flag.String("out", "", "write what did not pass to this file; %s is the engine")
	parallel = flag.Int("parallel", 2, "how many kernels work side by side")
	limit    = flag.Duration("limit", 20*time.Second, "for one cell")
	verbose  = flag.Bool("v", false, "print each program that does not pass")
)

func main() {
	log.SetFlags(0)
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	ok, err := run(ctx)
	if err != nil {
		log.Fatal(err)
	}
	if !ok {
		os.Exit(1)
	}
}

func run(ctx context.Context) (bool, error) {
	if *session != "" {
		path, err := filepath.Abs(*session) // cells run in another folder
		if err != nil {
			return false, err
		}
		*session = path
	}
	if *update && (*every > 1 || *only != "") {
		return false, errors.New("-update writes whole lists: run all programs, without -every and -run")
	}
	list, err := programs()
	if err != nil {
		return false, err
	}
	w, err := conformance.NewWitness(*cache, log.Printf)
	if err != nil {
		return false, err
	}
	good := true
	for engine := range strings.SplitSeq(*engines, ",") {
		ok, err := try(ctx, engine, list, w)
		if err != nil {
			return false, err
		}
		good = good && ok
	}
	return good, nil
}

// programs are those that the flags ask for.
func programs() ([]conformance.Program, error) {
	dir := *tests
	if dir == "" {
		var err error
		if dir, err = conformance.Folder(); err != nil {
			return nil, err
		}
	}
	all, err := conformance.Programs(dir)
	if err != nil {
		return nil, err
	}
	match, err := regexp.Compile(*only)
	if err != nil {
		return nil, err
	}
	var list []conformance.Program
	for i, p := range all {
		if i%*every == *from%*every && match.MatchString(p.Name) {
			list = append(list, p)
		}
	}
	return list, nil
}

// try runs the programs with one engine and prints its table.
func try(ctx context.Context, engine string, list []conformance.Program, w *conformance.Witness) (bool, error) {
	o := conformance.Options{Session: *session, Engine: engine, Split: *split, Parallel: *parallel, Limit: *limit}
	o.Each = func(r conformance.Result) {
		if *verbose && r.Class != conformance.Passed {
			fmt.Printf("%s: %s: %s\n", r.Program, r.Class, r.Reason)
		}
	}
	name := o.Name()
	results, err := conformance.Run(ctx, list, w, o)
	if err != nil {
		return false, err
	}
	fmt.Println(conformance.Table(name, results))
	if *out != "" {
		if err := write(strings.ReplaceAll(*out, "%s", name), name, results); err != nil {
			return false, err
		}
	}
	if *known == "" {
		return true, nil
	}
	file := filepath.Join(*known, "known-"+name+".txt")
	before, err := read(file)
	if err != nil {
		return false, err
	}
	if *update {
		return true, write(file, name, before.Explained(results))
	}
	worse, better := before.News(results)
	for _, r := range better {
		fmt.Printf("%s passes now: make conformance UPDATE=-update takes it off the list\n", r.Program)
	}
	for _, r := range worse {
		fmt.Printf("%s: %s: %s\n", r.Program, r.Class, r.Reason)
	}
	return len(worse) == 0, nil
}

// read reads a list of known failures; one that is not there yet is empty.
func read(file string) (conformance.Known, error) {
	f, err := os.Open(file)
	if errors.Is(err, fs.ErrNotExist) {
		return conformance.Known{}, nil
	}
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return conformance.ReadKnown(f)
}

func write(file, engine string, results []conformance.Result) error {
	f, err := os.Create(file)
	if err != nil {
		return err
	}
	head := "Programs of $GOROOT/test that do not do as cells what they do under Go.\n" +
		conformance.Table(engine, results) + "\nWritten by make conformance UPDATE=-update; reasons may be edited, they stay while a program\nfails in the same way."
	if err := conformance.Write(f, head, results); err != nil {
		return err
	}
	return f.Close()
}
