//go:build !linux

package bench

import "github.com/weft-go/weft/kernel/measure"

// What Linux tells in /proc is not known here: disturbances are not noticed, and
// the processor time of worker processes is not counted.

func threads(int) schedule { return nil }

func descendants() measure.CPU { return measure.CPU{} }

type stat struct{}

func readStat() stat { return stat{} }

func (stat) steal(stat) float64 { return 0 }
