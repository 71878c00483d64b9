package proc

import (
	"bytes"
	"fmt"
	"os"
)

// program returns the path of this program: what runs, even if the file was
// replaced since.
func program() (string, error) { return "/proc/self/exe", nil }

// zombie reports whether a process has ended and its parent has not noticed:
// proc_pid_stat(5), the field after the name in parentheses.
func zombie(pid int) bool {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return false
	}
	at := bytes.LastIndexByte(stat, ')')
	return at >= 0 && at+2 < len(stat) && (stat[at+2] == 'Z' || stat[at+2] == 'X')
}

// socketName returns an address that exists while its socket is open, in no
// file system: unix(7), abstract.
func socketName(unique string) string { return "@weft-" + unique }
