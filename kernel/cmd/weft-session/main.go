// Command weft-session is the process in which cells run, and the worker
// processes that cells start. The front (weft) starts it and speaks to it on
// file descriptor 3; it is of no use by hand.
package main

import (
	"fmt"
	"os"
	"syscall"

	"github.com/weft-go/weft/kernel/internal/engine"
	"github.com/weft-go/weft/kernels/all"
	"github.com/weft-go/weft/runtime/proc"
)

func main() {
	engine.Host()
	proc.Main(all.Tasks()...) // serves and does not return in a worker
	if len(os.Args) == 3 && os.Args[1] == "open" {
		open(os.Args[2])
		return
	}
	link := os.NewFile(3, "link")
	if _, err := link.Stat(); err != nil {
		fmt.Fprintln(os.Stderr, "weft-session: started without a link: it is started by weft, not by hand")
		os.Exit(2)
	}
	syscall.CloseOnExec(3) // commands that cells start must not hold the link open
	if err := engine.Main(link); err != nil {
		fmt.Fprintln(os.Stderr, "weft-session:", err)
		os.Exit(1)
	}
}

// open opens a compiled cell and ends.
func open(file string) {
	if err := engine.Open(file); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
