package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
)

// A usageError says that a command was called in a wrong way; it ends the
// program with exit code 2.
type usageError struct{ error }

func (e usageError) Unwrap() error { return e.error }

// parseFlags parses a command's flags, which take no further arguments. With
// -h it prints them and returns flag.ErrHelp.
func parseFlags(fs *flag.FlagSet, args []string) error {
	out := fs.Output()
	fs.SetOutput(io.Discard) // the error is told once, by main
	err := fs.Parse(args)
	fs.SetOutput(out)
	switch {
	case errors.Is(err, flag.ErrHelp):
		fs.Usage()
		return err
	case err != nil:
		return usageError{fmt.Errorf("%s: %w; weft %s -h lists the flags", fs.Name(), err, fs.Name())}
	case fs.NArg() > 0:
		return usageError{fmt.Errorf("%s: %q is too much; weft %s -h lists the flags", fs.Name(), fs.Arg(0), fs.Name())}
	}
	return nil
}

// parseAround parses a command's flags, which may stand before and behind its
// arguments, and returns these. With -h it prints the flags and returns
// flag.ErrHelp.
func parseAround(fs *flag.FlagSet, usage string, args []string, stdout io.Writer) ([]string, error) {
	fs.SetOutput(io.Discard) // the error is told once, by main
	var names []string
	for len(args) > 0 {
		err := fs.Parse(args)
		if errors.Is(err, flag.ErrHelp) {
			fs.SetOutput(stdout)
			fmt.Fprintln(stdout, "usage: weft "+usage)
			fs.PrintDefaults()
			return nil, err
		}
		if err != nil {
			return nil, usageError{fmt.Errorf("%s: %w; weft %s -h lists the flags", fs.Name(), err, fs.Name())}
		}
		if args = fs.Args(); len(args) > 0 {
			names, args = append(names, args[0]), args[1:]
		}
	}
	return names, nil
}

// oneNotebook returns the only argument of a command that works on a notebook.
func oneNotebook(command string, names []string) (string, error) {
	switch len(names) {
	case 0:
		return "", usageError{fmt.Errorf("%s: name a notebook", command)}
	case 1:
		return names[0], nil
	}
	return "", usageError{fmt.Errorf("%s: %q is too much: one notebook at a time; weft %s -h lists the flags", command, names[1], command)}
}
