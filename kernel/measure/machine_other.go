//go:build !linux && !darwin

package measure

// describe fills in what does not change.
func (h host) describe(b *Banner) {
	na := "n/a: not read on " + b.OS
	b.CPU, b.Vector, b.SMT, b.Virtualization, b.Kernel = b.Arch+" processor", na, na, na, b.OS
}

// state fills in what changes.
func (h host) state(b *Banner) {
	b.Governor, b.Turbo = "n/a: not read on "+b.OS, "n/a: not read on "+b.OS
}
