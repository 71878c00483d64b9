//go:build !amd64 || noasm

package diffusion

import "github.com/weft-go/weft/kernels/internal/cpu"

// stepInto is row: there is no assembly for this machine.
func stepInto(_ cpu.Tier, to, keep, up, mid, down []float64) { row(to, keep, up, mid, down, Rate) }

// stepQuad is quad.
func stepQuad(_ cpu.Tier, to *[batch][]float64, from *[ring][]float64) { quad(to, from, Rate) }
