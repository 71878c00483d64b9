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
