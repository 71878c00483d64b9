//go:build !linux

package counters

import (
	"errors"
	"runtime"
)

const onlyLinux = "read on Linux only"

// ReadThreads reads the scheduler's figures of a process's threads; pid 0 is
// this process.
func ReadThreads(int) Threads { return Threads{Unavailable: onlyLinux} }

// ReadWorkers sums up the processes below this one.
func ReadWorkers() Workers {
	na := NA(onlyLinux)
	return Workers{na, na, na}
}

// ResetPeak begins anew with PeakRSS.
func ResetPeak() error { return errors.New("the peak of memory can't be reset on " + runtime.GOOS) }

func migrations() Value { return NA(onlyLinux) }

func residentSet(name string) Value {
	if name == "VmHWM" {
		return ownUsage().MaxRSS
	}
	return NA(onlyLinux)
}

func readMachine() Machine {
	na := NA(onlyLinux)
	return Machine{na, na, na, na, na}
}

func processorTime() (all, stolen Value) { return NA(onlyLinux), NA(onlyLinux) }
