package measure

import (
	"encoding/binary"
	"syscall"
)

// describe fills in what does not change, from sysctl(3).
func (h host) describe(b *Banner) {
	b.CPU, _ = syscall.Sysctl("machdep.cpu.brand_string")
	if b.CPU == "" {
		b.CPU = b.Arch + " processor"
	}
	b.Vector = "n/a: macOS is not asked"
	if b.Arch == "arm64" {
		b.Vector = "NEON"
	}
	if n, err := syscall.SysctlUint32("hw.physicalcpu"); err == nil {
		b.Physical = int(n)
	}
	b.SMT = "off"
	if b.Physical > 0 && b.Physical < b.Logical {
		b.SMT = "on"
	}
	b.Memory = sysctlBytes("hw.memsize")
	for _, c := range []struct {
		name string
		CacheLevel
	}{
		{"hw.l1dcachesize", CacheLevel{Level: 1, Kind: "data"}},
		{"hw.l1icachesize", CacheLevel{Level: 1, Kind: "instruction"}},
		{"hw.l2cachesize", CacheLevel{Level: 2, Kind: "unified"}},
		{"hw.l3cachesize", CacheLevel{Level: 3, Kind: "unified"}},
	} {
		if c.Bytes = int(sysctlBytes(c.name)); c.Bytes > 0 {
			b.Caches = append(b.Caches, c.CacheLevel)
		}
	}
	b.Virtualization = "none"
	if n, err := syscall.SysctlUint32("kern.hv_vmm_present"); err == nil && n == 1 {
		b.Virtualization = "virtual machine"
	}
	release, _ := syscall.Sysctl("kern.osrelease")
	b.Kernel = "Darwin " + release
}

// sysctlBytes reads an integer of 8 bytes. Sysctl takes it for text and cuts a
// last byte that is 0.
func sysctlBytes(name string) float64 {
	text, err := syscall.Sysctl(name)
	if err != nil || len(text) > 8 {
		return 0
	}
	var b [8]byte
	copy(b[:], text)
	return float64(binary.LittleEndian.Uint64(b[:]))
}

// state fills in what changes: macOS tells none of it without a program of its own.
func (h host) state(b *Banner) {
	b.Governor, b.Turbo = "n/a: macOS does not tell", "n/a: macOS does not tell"
}
