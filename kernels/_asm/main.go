// Command _asm writes the assembly of one kernel:
//
//	go -C ../_asm run . stream
//
// which is what the go:generate line of a kernel with assembly says. It leaves
// zz_amd64.s and its declarations, zz_amd64.go, in the kernel's folder. Each
// kernel has a file here that writes one function for each vector width from
// one description, see vec.go.
package main

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"

	"github.com/mmcloughlin/avo/build"
)

// kernels has one line for each kernel with assembly.
var kernels = map[string]func(){
	"primality":     primality,
	"primes":        primes,
	"pi":            pi,
	"julia":         julia,
	"dedupe":        dedupe,
	"nearest":       nearest,
	"sum":           sum,
	"histogram":     histogram,
	"diffusion":     diffusion,
	"normsq":        normsq,
	"stream":        stream,
	"matmul":        matmul,
	"nbody":         nbody,
	"kmeans":        kmeans,
	"internal/peak": peak,
}

func main() {
	if len(os.Args) != 2 || kernels[os.Args[1]] == nil {
		fmt.Fprintln(os.Stderr, "usage: go run . KERNEL, one of the table in main.go")
		os.Exit(2)
	}
	name := os.Args[1]
	build.ConstraintExpr("amd64,!noasm")
	kernels[name]()
	dir := filepath.Join("..", filepath.FromSlash(name))
	os.Args = []string{"kernels/_asm", name} // goes into the header of what is written
	flag.CommandLine.Parse([]string{
		"-out", filepath.Join(dir, "zz_amd64.s"),
		"-stubs", filepath.Join(dir, "zz_amd64.go"),
		"-pkg", filepath.Base(name),
	})
	build.Generate()
}
