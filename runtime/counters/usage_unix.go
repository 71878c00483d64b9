//go:build unix

package counters

import (
	"runtime"
	"syscall"
	"time"
)

func ownUsage() Usage    { return rusage(syscall.RUSAGE_SELF) }
func reapedUsage() Usage { return rusage(syscall.RUSAGE_CHILDREN) }

func rusage(who int) Usage {
	var u syscall.Rusage
	if err := syscall.Getrusage(who, &u); err != nil {
		return noUsage("getrusage: " + err.Error())
	}
	perRSS := 1024.0 // Linux and the BSDs count KiB, macOS bytes
	if runtime.GOOS == "darwin" || runtime.GOOS == "ios" {
		perRSS = 1
	}
	return Usage{
		User:        Num(time.Duration(u.Utime.Nano()).Seconds()),
		System:      Num(time.Duration(u.Stime.Nano()).Seconds()),
		MinorFaults: Num(float64(u.Minflt)),
		MajorFaults: Num(float64(u.Majflt)),
		Voluntary:   Num(float64(u.Nvcsw)),
		Involuntary: Num(float64(u.Nivcsw)),
		MaxRSS:      Num(float64(u.Maxrss) * perRSS),
	}
}
