package cachesim

const (
	kib = 1 << 10
	mib = 1 << 20
)

// Sources of several machines.
const (
	intelManual = "Intel 64 and IA-32 Architectures Optimization Reference Manual, cache and TLB tables of the microarchitecture"
	sevenCPU    = "7-cpu.com, measured"
)

func l1l2l3(l1, w1, l2, w2, l3, w3 int) []Level {
	levels := []Level{{"L1", l1, w1}, {"L2", l2, w2}}
	if l3 > 0 {
		levels = append(levels, Level{"L3", l3, w3})
	}
	return levels
}

func tlbs(e1, w1, e2, w2 int) []TLB {
	return []TLB{{"L1 TLB", e1, w1}, {"L2 TLB", e2, w2}}
}

// machines are the geometries that can be named. A last level is one
// processor's, as a whole, of a common size.
var machines = []Machine{
	{Name: "haswell", Source: intelManual + " Haswell; Core i7-4770", Line: 64, Page: 4 * kib,
		Levels: l1l2l3(32*kib, 8, 256*kib, 8, 8*mib, 16), TLBs: tlbs(64, 4, 1024, 8)},
	{Name: "skylake", Source: intelManual + " Skylake; Core i7-6700", Line: 64, Page: 4 * kib,
		Levels: l1l2l3(32*kib, 8, 256*kib, 4, 8*mib, 16), TLBs: tlbs(64, 4, 1536, 12)},
	{Name: "skylake-server", Source: intelManual + " Skylake Server; Xeon Platinum 8180, 28 slices of 1.375 MiB", Line: 64, Page: 4 * kib,
		Levels: l1l2l3(32*kib, 8, 1*mib, 16, 38*mib+512*kib, 11), TLBs: tlbs(64, 4, 1536, 12)},
	{Name: "icelake", Source: intelManual + " Ice Lake Client; Core i7-1065G7", Line: 64, Page: 4 * kib,
		Levels: l1l2l3(48*kib, 12, 512*kib, 8, 8*mib, 16), TLBs: tlbs(64, 4, 2048, 16)},
	{Name: "icelake-server", Source: intelManual + " Ice Lake Server; Xeon Platinum 8380, 40 slices of 1.5 MiB", Line: 64, Page: 4 * kib,
		Levels: l1l2l3(48*kib, 12, 1*mib+256*kib, 20, 60*mib, 12), TLBs: tlbs(64, 4, 2048, 16)},
	{Name: "sapphirerapids", Source: intelManual + " Golden Cove; Xeon Platinum 8480, 56 slices of 1.875 MiB", Line: 64, Page: 4 * kib,
		Levels: l1l2l3(48*kib, 12, 2*mib, 16, 105*mib, 15), TLBs: tlbs(96, 6, 2048, 16)},
	{Name: "zen2", Source: "AMD Software Optimization Guide for Family 17h Models 30h and later; " + sevenCPU, Line: 64, Page: 4 * kib,
		Levels: l1l2l3(32*kib, 8, 512*kib, 8, 16*mib, 16), TLBs: tlbs(64, 0, 2048, 16)},
	{Name: "zen3", Source: "CPUID functions 8000_001D, 8000_0005 and 8000_0006 of an EPYC of family 25, model 1; AMD Software Optimization Guide for Family 19h", Line: 64, Page: 4 * kib,
		Levels: l1l2l3(32*kib, 8, 512*kib, 8, 32*mib, 16), TLBs: tlbs(64, 0, 2048, 8)},
	{Name: "zen4", Source: "AMD Software Optimization Guide for the Zen4 Microarchitecture", Line: 64, Page: 4 * kib,
		Levels: l1l2l3(32*kib, 8, 1*mib, 8, 32*mib, 16), TLBs: tlbs(72, 0, 3072, 24)},
	{Name: "raspberrypi4", Source: "Arm Cortex-A72 MPCore Processor Technical Reference Manual; Broadcom BCM2711", Line: 64, Page: 4 * kib,
		Levels: l1l2l3(32*kib, 2, 1*mib, 16, 0, 0), TLBs: tlbs(32, 0, 1024, 4)},
	{Name: "raspberrypi5", Source: "Arm Cortex-A76 Core Technical Reference Manual; Broadcom BCM2712", Line: 64, Page: 16 * kib,
		Levels: l1l2l3(64*kib, 4, 512*kib, 8, 2*mib, 16), TLBs: tlbs(48, 0, 1280, 5)},
	{Name: "graviton2", Source: "Arm Neoverse N1 Core Technical Reference Manual; AWS Graviton2", Line: 64, Page: 4 * kib,
		Levels: l1l2l3(64*kib, 4, 1*mib, 8, 32*mib, 16), TLBs: tlbs(48, 0, 1280, 5)},
	{Name: "m1", Source: sevenCPU + ": Apple M1, Firestorm core", Line: 128, Page: 16 * kib,
		Levels: l1l2l3(128*kib, 8, 12*mib, 12, 8*mib, 16), TLBs: tlbs(160, 5, 3072, 12),
		Note: "Apple does not publish the numbers of ways"},
	{Name: "cachegrind-default", Source: "Valgrind 3.19, cachegrind: what it assumes where it can't ask the processor", Line: 64, Page: 4 * kib,
		Levels: []Level{{"L1", 64 * kib, 2}, {"LL", 256 * kib, 8}}},
}
