// Command host stands in for the session in tests: it opens plugins, runs the
// cells that have registered, and ends. "-time FILE…" tells how long opening took.
package main

import (
	"fmt"
	"os"
	"plugin"
	"time"

	_ "github.com/weft-go/weft/kernel/display"
	"github.com/weft-go/weft/kernel/internal/dock"
	_ "github.com/weft-go/weft/kernels/all"
)

func main() {
	files := os.Args[1:]
	tell := len(files) > 0 && files[0] == "-time"
	if tell {
		files = files[1:]
	}
	for _, file := range files {
		start := time.Now()
		if _, err := plugin.Open(file); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		if tell {
			fmt.Println(time.Since(start))
		}
		for _, p := range dock.Take() {
			if p.Cell != nil {
				p.Cell(new(dock.Run))
			}
		}
	}
}
