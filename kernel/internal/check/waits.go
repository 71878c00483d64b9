package check

import (
	"go/types"
	"strings"
)

// wakers are what may wake a goroutine without any other goroutine's doing, by
// package path: the names, or all of the package when there are none. A goroutine
// in time.Sleep needs no name here: the session sees that it sleeps.
var wakers = map[string][]string{
	"time":      {"After", "AfterFunc", "Tick", "NewTimer", "NewTicker", "Reset"},
	"context":   {"WithTimeout", "WithDeadline", "WithTimeoutCause", "WithDeadlineCause"},
	"net":       nil,
	"os/signal": nil,
	"os/exec":   nil,
	"syscall":   nil,
	"os":        {"Stdin", "Pipe", "StartProcess", "FindProcess"},
	"fmt":       {"Scan", "Scanf", "Scanln"},
	"testing":   nil,
}

// wakerTrees are packages that wait for the outside as a whole, with those
// below them.
var wakerTrees = []string{
	"net/",
	"github.com/weft-go/weft/runtime/gil",
	"github.com/weft-go/weft/runtime/proc",
	"github.com/weft-go/weft/runtime/shm",
	"github.com/weft-go/weft/runtime/cluster",
}

// mayWait says whether anything that was resolved can wake a goroutine from
// outside of the session.
func mayWait(info *types.Info) bool {
	for _, o := range info.Uses {
		p := o.Pkg()
		if p == nil || p.Path() == "main" {
			continue
		}
		if _, isName := o.(*types.PkgName); isName {
			continue
		}
		path := p.Path()
		if names, ok := wakers[path]; ok {
			if names == nil {
				return true
			}
			for _, n := range names {
				if n == o.Name() {
					return true
				}
			}
			continue
		}
		for _, tree := range wakerTrees {
			if path+"/" == tree || strings.HasPrefix(path, tree) {
				return true
			}
		}
	}
	return false
}
