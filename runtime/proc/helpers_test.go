package proc

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"
)

func runtimeGoexit() { runtime.Goexit() }

func collect() { runtime.GC() }

// needLinux skips a test of what only Linux can do.
func needLinux(tb testing.TB) {
	tb.Helper()
	if runtime.GOOS != "linux" {
		tb.Skip("sharing memory between processes needs Linux")
	}
}

// pids returns who answers, in words.
func pids(tb testing.TB, p *Pool) string {
	tb.Helper()
	pid, err := Apply[int, int](context.Background(), p, "whoami", 0)
	if err != nil {
		tb.Fatal(err)
	}
	return fmt.Sprint(pid)
}

// children returns the processes whose parent this one is, zombies too.
func children() []string {
	var list []string
	files, _ := filepath.Glob("/proc/self/task/*/children")
	for _, f := range files {
		text, _ := os.ReadFile(f)
		list = append(list, strings.Fields(string(text))...)
	}
	return list
}

// descriptors returns the open descriptors of this process.
func descriptors(tb testing.TB) map[string]string {
	tb.Helper()
	open := make(map[string]string)
	files, _ := filepath.Glob("/proc/self/fd/*")
	for _, f := range files {
		if to, err := os.Readlink(f); err == nil {
			open[f] = to
		}
	}
	return open
}

// soon waits until ok, for some seconds at most.
func soon(ok func() bool) bool {
	for range 500 {
		if ok() {
			return true
		}
		time.Sleep(10 * time.Millisecond)
	}
	return ok()
}
