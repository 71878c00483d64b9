//go:build !linux

package counters

import "errors"

// none is a kernel without performance events.
type none struct{}

func hostKernel() kernel { return none{} }

var errNone = errors.New("performance events are counted on Linux only")

func (none) open(*attr, int, int) (int, error) { return -1, errNone }
func (none) read(int) (v [3]uint64, err error) { return v, errNone }
func (none) close(int) error                   { return nil }
func (none) threads() ([]int, error)           { return nil, errNone }
func (none) readFile(string) ([]byte, error)   { return nil, errNone }
func (none) names(string) ([]string, error)    { return nil, errNone }
func (none) usage() (Usage, Value)             { return ownUsage(), NA(onlyLinux) }
