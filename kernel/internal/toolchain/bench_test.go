package toolchain

import (
	"context"
	"fmt"
	"os/exec"
	"testing"
	"time"
)

// BenchmarkBuild builds cells that import fmt, which the host then opens. "open"
// is what opening took in a process that opens the one plugin.
func BenchmarkBuild(b *testing.B) {
	tc := newToolchain(b, nil)
	ctx := context.Background()
	if err := tc.Ready(ctx); err != nil {
		b.Fatal(err)
	}
	session, err := host()
	if err != nil {
		b.Fatal(err)
	}
	var opened time.Duration
	n := 0
	for b.Loop() {
		n++
		p, err := tc.Build(ctx, cell(fmt.Sprintf("nb/c%d", n), "package main\n\nimport \"fmt\"\n"+dockImport+
			"\nfunc init() { dock.Register(&dock.Package{Cell: func(*dock.Run) { fmt.Print() }}) }\n"))
		if err != nil {
			b.Fatal(err)
		}
		b.StopTimer()
		out, err := exec.Command(session, "-time", p.File).Output()
		if err != nil {
			b.Fatal(err)
		}
		var s string
		if _, err := fmt.Sscan(string(out), &s); err != nil {
			b.Fatal(err)
		}
		d, err := time.ParseDuration(s)
		if err != nil {
			b.Fatal(err)
		}
		opened += d
		b.StartTimer()
	}
	b.ReportMetric(opened.Seconds()*1e3/float64(n), "open-ms/op")
}

func BenchmarkProgram(b *testing.B) {
	tc := newToolchain(b, nil)
	ctx := context.Background()
	if err := tc.Ready(ctx); err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if _, err := tc.Program(ctx, []File{{"cell[1]", "package main\n\nimport \"fmt\"\n\nfunc main() { fmt.Println() }\n"}}, false); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkReady is what the first call costs a process on a machine where all
// is well.
func BenchmarkReady(b *testing.B) {
	newToolchain(b, nil).Ready(context.Background())
	for b.Loop() {
		tc := newToolchain(b, nil)
		if err := tc.Ready(context.Background()); err != nil {
			b.Fatal(err)
		}
	}
}
