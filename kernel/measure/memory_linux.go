package measure

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"strconv"
	"sync"
)

// pageSize is the unit of /proc/self/statm.
var pageSize = int64(os.Getpagesize())

// statm is /proc/self/statm, kept open: opening it costs as much as reading.
// A forked child would read its parent's figures, but Go doesn't fork without exec.
var statm struct {
	sync.Mutex
	file *os.File // guarded by Mutex
	err  error
}

// readRSS returns the process's resident memory in bytes. It takes about 3 µs.
// The kernel counts in batches for each processor (since Linux 6.2 up to 32
// pages, mm/mmap.c): it may be some hundred KiB off.
func readRSS() (int64, error) {
	statm.Lock()
	defer statm.Unlock()
	if statm.file == nil && statm.err == nil {
		statm.file, statm.err = os.Open("/proc/self/statm")
	}
	if statm.err != nil {
		return 0, statm.err
	}
	var buf [128]byte
	n, err := statm.file.ReadAt(buf[:], 0)
	if n == 0 && err != nil {
		return 0, err
	}
	fields := bytes.Fields(buf[:n])
	if len(fields) < 2 {
		return 0, errors.New("/proc/self/statm has an unknown form")
	}
	pages, err := strconv.ParseInt(string(fields[1]), 10, 64)
	return pages * pageSize, err
}

// resetPeak makes the kernel begin anew to keep the peak of resident memory
// (proc_pid_clear_refs(5), 5).
func resetPeak() error {
	f, err := os.OpenFile("/proc/self/clear_refs", os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	_, err = f.WriteString("5")
	return errors.Join(err, f.Close())
}

// readPeak returns the peak of resident memory since resetPeak in bytes, VmHWM
// of proc_pid_status(5).
func readPeak() (int64, error) {
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0, err
	}
	for line := range bytes.Lines(status) {
		if rest, ok := bytes.CutPrefix(line, []byte("VmHWM:")); ok {
			if fields := bytes.Fields(rest); len(fields) == 2 && string(fields[1]) == "kB" {
				kib, err := strconv.ParseInt(string(fields[0]), 10, 64)
				return kib << 10, err
			}
		}
	}
	return 0, fmt.Errorf("/proc/self/status tells no VmHWM")
}
