package cachesim

import (
	"fmt"
	"math/rand/v2"
	"reflect"
	"testing"
)

// A slowCache is Cache in its plainest form: for each set a list of lines, least
// recently used first. It is what the tests compare with.
type slowCache struct {
	m      Machine
	sets   []map[uint64][]*slowLine // by level, then by number of the set
	tlb    []map[uint64][]*slowLine
	counts Counts
}

type slowLine struct {
	number uint64
	dirty  bool
}

func newSlow(m Machine) *slowCache {
	s := &slowCache{m: m, counts: Counts{Machine: m.Name}}
	for _, l := range m.Levels {
		s.sets = append(s.sets, map[uint64][]*slowLine{})
		s.counts.Levels = append(s.counts.Levels, LevelCounts{Name: l.Name})
	}
	for _, t := range m.TLBs {
		s.tlb = append(s.tlb, map[uint64][]*slowLine{})
		s.counts.TLB = append(s.counts.TLB, LevelCounts{Name: t.Name})
	}
	return s
}

// slowUse looks number up among the sets; it is there afterwards. It returns the
// line, whether it was there, and what had to go.
func slowUse(sets map[uint64][]*slowLine, nsets, ways int, number uint64) (line *slowLine, hit bool, gone *slowLine) {
	set := number % uint64(nsets)
	list := sets[set]
	for i, l := range list {
		if l.number == number {
			list = append(list[:i:i], list[i+1:]...)
			sets[set] = append(list, l)
			return l, true, nil
		}
	}
	line = &slowLine{number: number}
	list = append(list, line)
	if len(list) > ways {
		gone, list = list[0], list[1:]
	}
	sets[set] = list
	return line, false, gone
}

func (s *slowCache) at(addr uint64, size int, write bool) {
	for i := range uint64(size) {
		line := (addr + i) / uint64(s.m.Line)
		if i == 0 || line != (addr+i-1)/uint64(s.m.Line) {
			s.line(line, write)
		}
	}
}

func (s *slowCache) line(number uint64, write bool) {
	if write {
		s.counts.Writes++
	} else {
		s.counts.Reads++
	}
	page := number * uint64(s.m.Line) / uint64(s.m.Page)
	for i, t := range s.m.TLBs {
		ways := t.Ways
		if ways == 0 {
			ways = t.Entries
		}
		s.counts.TLB[i].Accesses++
		if _, hit, _ := slowUse(s.tlb[i], t.Entries/ways, ways, page); hit {
			s.counts.TLB[i].Hits++
			break
		}
		s.counts.TLB[i].Misses++
	}
	for i, l := range s.m.Levels {
		s.counts.Levels[i].Accesses++
		line, hit, gone := slowUse(s.sets[i], s.m.sets(l), s.m.ways(l), number)
		if i == 0 && write {
			line.dirty = true
		}
		if gone != nil && gone.dirty {
			s.writeBack(i, gone.number)
		}
		if hit {
			s.counts.Levels[i].Hits++
			break
		}
		s.counts.Levels[i].Misses++
	}
}

func (s *slowCache) writeBack(from int, number uint64) {
	for i := from; i < len(s.m.Levels); i++ {
		s.counts.Levels[i].WriteBacks++
		if i+1 == len(s.m.Levels) {
			return
		}
		for _, l := range s.sets[i+1][number%uint64(s.m.sets(s.m.Levels[i+1]))] {
			if l.number == number {
				l.dirty = true
				return
			}
		}
	}
}

// odd are geometries with one set, numbers of sets that are no power of two, many
// ways and long lines.
var odd = []Machine{
	{Name: "tiny", Line: 64, Page: 256, Levels: []Level{{"L1", 64, 1}}},
	{Name: "one set", Line: 64, Page: 512, Levels: []Level{{"L1", 64 * 4, 4}, {"L2", 64 * 20, 0}}, TLBs: []TLB{{"L1 TLB", 3, 0}}},
	{Name: "three sets", Line: 64, Page: 4096, Levels: []Level{{"L1", 64 * 3 * 2, 2}, {"L2", 64 * 7 * 5, 5}, {"L3", 64 * 44 * 11, 11}}, TLBs: []TLB{{"L1 TLB", 6, 2}, {"L2 TLB", 20, 0}}},
	{Name: "long lines", Line: 128, Page: 16384, Levels: []Level{{"L1", 128 * 8 * 2, 2}, {"L2", 128 * 64 * 4, 4}}, TLBs: []TLB{{"L1 TLB", 17, 0}, {"L2 TLB", 24, 12}}},
	{Name: "four levels", Line: 32, Page: 64, Levels: []Level{{"L1", 32 * 4, 2}, {"L2", 32 * 8, 2}, {"L3", 32 * 8, 2}, {"L4", 32 * 96, 3}}, TLBs: []TLB{{"L1 TLB", 40, 0}}},
	{Name: "48K", Line: 64, Page: 4096, Levels: []Level{{"L1", 48 << 10, 12}, {"L2", 1280 << 10, 20}}, TLBs: []TLB{{"L1 TLB", 96, 6}, {"L2 TLB", 2048, 16}}},
	{Name: "smaller below", Line: 64, Page: 1024, Levels: []Level{{"L1", 64 * 16, 2}, {"L2", 64 * 4, 2}}, TLBs: []TLB{{"L1 TLB", 4, 4}, {"L2 TLB", 2, 1}}},
}

// walk makes random accesses of the kinds that programs make: near to one
// another, in steps, anywhere.
func walk(r *rand.Rand, span uint64, n int, at func(addr uint64, size int, write bool)) {
	here := r.Uint64N(span)
	for range n {
		switch r.IntN(8) {
		case 0:
			here = r.Uint64N(span)
		case 1:
			here = (here + 4096) % span
		case 2:
			here = (here + span - 64) % span
		default:
			here = (here + 8) % span
		}
		at(1<<40+here, 1<<r.IntN(8), r.IntN(3) == 0)
	}
}

func TestAgainstPlainModel(t *testing.T) {
	for _, m := range append(odd, machines[1], machines[7]) {
		for _, span := range []uint64{600, 5_000, 70_000, 2_000_000} {
			t.Run(fmt.Sprintf("%s/%d", m.Name, span), func(t *testing.T) {
				fast, slow := New(m), newSlow(m)
				r := rand.New(rand.NewPCG(span, 1))
				for part := range 4 {
					walk(r, span, 5000, func(addr uint64, size int, write bool) {
						if slow.at(addr, size, write); write {
							fast.Store(addr, size)
						} else {
							fast.Load(addr, size)
						}
					})
					if got := fast.Counts(); !reflect.DeepEqual(got, slow.counts) {
						t.Fatalf("after %d accesses:\n%vwant\n%v", 5000*(part+1), got, slow.counts)
					}
				}
			})
		}
	}
}

// Runs must count what the same accesses one by one count, and leave the caches
// in the same state, which the next loop shows.
func TestRunsAgainstPlainModel(t *testing.T) {
	strides := []int64{0, 1, 4, 8, -8, 16, 24, -24, 48, 64, -64, 72, 128, 1000, 2048, 4096, -4096, 5}
	sizes := []int{1, 2, 4, 8, 8, 8, 16, 3, 24, 100}
	for _, m := range append(odd, machines[1], machines[7]) {
		t.Run(m.Name, func(t *testing.T) {
			r := rand.New(rand.NewPCG(7, 7))
			fast, slow := New(m), newSlow(m)
			for round := range 300 {
				streams := make([]Stream, 1+r.IntN(7))
				for i := range streams {
					size := sizes[r.IntN(len(sizes))]
					streams[i] = Stream{
						Addr: 1<<30 + r.Uint64N(1<<16)&^7, Stride: strides[r.IntN(len(strides))],
						Size: size, Write: r.IntN(3) == 0, Site: r.IntN(3),
					}
					if r.IntN(4) == 0 {
						streams[i].Addr += r.Uint64N(8)
					}
				}
				n := r.IntN(300)
				for k := range n {
					for _, s := range streams {
						slow.at(s.Addr+uint64(s.Stride*int64(k)), s.Size, s.Write)
					}
				}
				want := append([]Stream(nil), streams...)
				for i := range want {
					want[i].Addr += uint64(want[i].Stride * int64(n))
				}
				fast.Runs(n, streams)
				if got := fast.Counts(); !reflect.DeepEqual(got, slow.counts) {
					t.Fatalf("round %d, %d times %+v:\n%vwant\n%v", round, n, streams, got, slow.counts)
				}
				if !reflect.DeepEqual(streams, want) {
					t.Fatalf("round %d: streams stand at %+v, want %+v", round, streams, want)
				}
			}
		})
	}
}

func FuzzRuns(f *testing.F) {
	f.Add(uint8(0), uint64(1<<30), int64(8), uint8(8), int64(64), uint8(8), uint16(100), true)
	f.Add(uint8(2), uint64(1<<30+60), int64(-8), uint8(16), int64(4096), uint8(1), uint16(999), false)
	f.Add(uint8(5), ^uint64(0)-100, int64(48), uint8(3), int64(-1), uint8(64), uint16(50), true)
	f.Fuzz(func(t *testing.T, which uint8, addr uint64, stride int64, size uint8, stride2 int64, size2 uint8, n uint16, write bool) {
		m := odd[int(which)%len(odd)]
		fast, slow := New(m), newSlow(m)
		addr &= 1<<47 - 1 // what a process can have
		stride %= 1 << 20
		stride2 %= 1 << 20
		n %= 1000
		streams := []Stream{
			{Addr: addr, Stride: stride, Size: int(size), Write: write},
			{Addr: addr + 1<<21, Stride: stride2, Size: int(size2), Write: !write, Site: 1},
			{Addr: addr + 64, Stride: stride2, Size: 8, Site: 2},
		}
		for k := range int64(n) {
			for _, s := range streams {
				slow.at(s.Addr+uint64(s.Stride*k), s.Size, s.Write)
			}
		}
		fast.Runs(int(n), streams)
		if got := fast.Counts(); !reflect.DeepEqual(got, slow.counts) {
			t.Fatalf("got\n%vwant\n%v", got, slow.counts)
		}
	})
}
