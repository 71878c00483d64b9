package main

import (
	"flag"
	"fmt"
	"runtime"
	"runtime/debug"

	"github.com/weft-go/weft/kernel/internal/spec"
)

var versionCommand = &command{
	name:  "version",
	usage: "version",
	short: "print the version, the Go release and the platform",
	run: func(args []string) error {
		if err := parseFlags(flag.NewFlagSet("version", flag.ContinueOnError), args); err != nil {
			return err
		}
		fmt.Printf("weft %s %s %s/%s\n", version(), runtime.Version(), runtime.GOOS, runtime.GOARCH)
		return nil
	},
}

// version returns the version that Go stamped into this program.
func version() string {
	info, _ := debug.ReadBuildInfo() // nil is "(unknown)"
	return spec.Version(info)
}
