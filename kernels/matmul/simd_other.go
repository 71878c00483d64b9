//go:build !amd64 || noasm

package matmul

func best64() *form[float64] { return go64 }
func best32() *form[float32] { return go32 }
