// Command weft runs Go notebooks: as a Jupyter kernel, and without Jupyter.
package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"strings"
)

// A command is one subcommand, in its own file.
type command struct {
	name   string
	usage  string // what stands behind "weft"
	short  string // one line, without a full stop
	run    func(args []string) error
	hidden bool // for programs, not for people: not in the usage text
}

// commands lists the subcommands in the order of the usage text.
var commands = []*command{
	runCommand,
	publishCommand,
	resultsCommand,
	benchCommand,
	installCommand,
	uninstallCommand,
	doctorCommand(runForDoctor),
	versionCommand,
	kernelCommand,
}

func main() {
	serveTasks()
	os.Exit(weft(os.Args[1:], os.Stdout, os.Stderr))
}

// weft runs a command line and returns the exit code: 1 after an error, 2
// after wrong usage, a program's own for weft run.
func weft(args []string, stdout, stderr io.Writer) int {
	if len(args) == 0 {
		usage(stderr)
		return 2
	}
	switch args[0] {
	case "help", "-h", "-help", "--help":
		usage(stdout)
		return 0
	}
	for _, c := range commands {
		if c.name != args[0] {
			continue
		}
		err := c.run(args[1:])
		var wrong usageError
		var exit exitError
		switch {
		case err == nil, errors.Is(err, flag.ErrHelp):
			return 0
		case errors.As(err, &exit):
			return exit.code
		case errors.As(err, &wrong):
			fmt.Fprintf(stderr, "weft: %v\n", err)
			return 2
		}
		fmt.Fprintln(stderr, "weft:", strings.TrimRight(err.Error(), "\n"))
		return 1
	}
	fmt.Fprintf(stderr, "weft: unknown command %q; weft help lists them\n", args[0])
	return 2
}

func usage(w io.Writer) {
	fmt.Fprintln(w, "weft runs Go notebooks, in Jupyter and without it.\n\nUsage:")
	for _, c := range commands {
		if !c.hidden {
			fmt.Fprintf(w, "\n  weft %s\n        %s\n", c.usage, c.short)
		}
	}
	fmt.Fprintln(w, "\nweft COMMAND -h lists a command's flags.")
}
