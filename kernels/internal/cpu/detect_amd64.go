//go:build !noasm

package cpu

// cpuid executes CPUID with EAX = leaf, ECX = sub.
func cpuid(leaf, sub uint32) (eax, ebx, ecx, edx uint32)

// xgetbv returns the low half of XCR0: which registers the system saves.
func xgetbv() uint32

// Bits of CPUID's answers: Intel's Software Developer's Manual, volume 2A,
// CPUID; and of XCR0: volume 1, section 13.3.
const (
	fma     = 1 << 12 // leaf 1, ECX
	osxsave = 1 << 27
	avx     = 1 << 28

	bmi1     = 1 << 3 // leaf 7, EBX
	avx2     = 1 << 5
	bmi2     = 1 << 8
	avx512F  = 1 << 16
	avx512DQ = 1 << 17
	avx512CD = 1 << 28
	avx512BW = 1 << 30
	avx512VL = 1 << 31

	savesYMM = 1<<1 | 1<<2
	savesZMM = savesYMM | 1<<5 | 1<<6 | 1<<7
)

func detect() Tier {
	if top, _, _, _ := cpuid(0, 0); top < 7 {
		return Generic
	}
	_, _, c1, _ := cpuid(1, 0)
	const need1 = fma | osxsave | avx
	if c1&need1 != need1 {
		return Generic
	}
	saves := xgetbv()
	_, b7, _, _ := cpuid(7, 0)
	const need7 = bmi1 | avx2 | bmi2
	if b7&need7 != need7 || saves&savesYMM != savesYMM {
		return Generic
	}
	const need512 = avx512F | avx512DQ | avx512CD | avx512BW | avx512VL
	if b7&need512 != need512 || saves&savesZMM != savesZMM {
		return AVX2
	}
	return AVX512
}
