//go:build !amd64 || noasm

package peak

import "github.com/weft-go/weft/kernels/internal/cpu"

var loops map[cpu.Tier]loop
