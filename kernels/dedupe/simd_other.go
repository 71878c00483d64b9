//go:build !amd64 || noasm

package dedupe

import "github.com/weft-go/weft/kernels/internal/cpu"

// Never called: cpu.Best is Generic.

func (v *vectors) parse(cpu.Tier, []byte) (lines, used int)            { return -1, 0 }
func (v *vectors) prepare(cpu.Tier, []Road) (most uint32)              { return 0 }
func (v *vectors) update(dst, roads []Road, cells []uint16) (kept int) { return 0 }
func (v *vectors) keep(dst, roads []Road, cells []uint16) (kept int)   { return 0 }
