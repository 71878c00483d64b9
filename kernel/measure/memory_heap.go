package measure

import (
	"cmp"
	"fmt"
	"math"
	"path"
	"runtime"
	"runtime/metrics"
	"slices"
	"strings"
	"time"
)

// A HeapState is what lives in the Go heap at a moment.
type HeapState struct {
	Time    time.Time `json:"time"`
	Live    int64     `json:"live_bytes"` // in objects that are reachable
	Objects int64     `json:"objects"`    // their number
	// Sites are the places that allocated what lives, the largest first. They
	// come from Go's heap profile, which takes one allocation in Rate bytes:
	// figures are estimates, and what is small may be missing.
	Sites []HeapSite `json:"sites"`
	Rate  int64      `json:"rate_bytes"` // 0: the profile is off, and there are no sites
	// Classes are sizes of objects and how many live of each, counted exactly.
	Classes []HeapClass `json:"classes"`
}

// A HeapSite is a place that allocates.
type HeapSite struct {
	Func    string `json:"function"`
	Where   string `json:"where,omitempty"` // "cell[3]:7", "file.go:12"; "" for groups
	Bytes   int64  `json:"bytes"`           // live, estimated
	Objects int64  `json:"objects"`         // live, estimated
}

// A HeapClass is a size in which the heap hands out memory. What is larger than
// the largest of them has Size 0.
type HeapClass struct {
	Size    int64 `json:"size_bytes"` // of each
	Bytes   int64 `json:"bytes"`
	Objects int64 `json:"objects"`
}

// Names of sites that are not a line of the program.
const (
	siteInterpreted = "interpreted code: the site is n/a, as the interpreter allocates for it"
	siteSession     = "the session itself"
)

// Heap collects garbage, twice because the profile is that of the collection
// before, and tells what lives. It takes some milliseconds, more for a large
// heap.
func Heap() HeapState {
	runtime.GC()
	runtime.GC()
	h := HeapState{Time: time.Now(), Rate: int64(runtime.MemProfileRate)}
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	h.Live, h.Objects = int64(m.HeapAlloc), int64(m.HeapObjects)
	h.Classes = classes(h.Live)
	if h.Rate > 0 {
		h.Sites = sites(h.Rate)
	}
	return h
}

// classes reads how many objects of each size live.
func classes(live int64) []HeapClass {
	s := []metrics.Sample{{Name: "/gc/heap/allocs-by-size:bytes"}, {Name: "/gc/heap/frees-by-size:bytes"}}
	metrics.Read(s)
	if s[0].Value.Kind() != metrics.KindFloat64Histogram || s[1].Value.Kind() != metrics.KindFloat64Histogram {
		return nil
	}
	allocs, frees := s[0].Value.Float64Histogram(), s[1].Value.Float64Histogram()
	var list []HeapClass
	for i := range allocs.Counts {
		n := int64(allocs.Counts[i]) - int64(frees.Counts[i])
		if n <= 0 {
			continue
		}
		upper := allocs.Buckets[i+1]
		if math.IsInf(upper, 1) { // large objects have no class
			list = append(list, HeapClass{Objects: n, Bytes: max(0, live)})
			continue
		}
		size := int64(upper) - 1 // buckets end behind the class's size
		list = append(list, HeapClass{size, n * size, n})
		live -= n * size
	}
	return list
}

// sites sums Go's heap profile by place.
func sites(rate int64) []HeapSite {
	var records []runtime.MemProfileRecord
	for n, ok := runtime.MemProfile(nil, false); !ok; {
		records = make([]runtime.MemProfileRecord, n+50)
		n, ok = runtime.MemProfile(records, false)
		if ok {
			records = records[:n]
		}
	}
	type key struct{ fn, where string }
	sums := map[key]*HeapSite{}
	for i := range records {
		r := &records[i]
		fn, where := site(r.Stack())
		bytes, objects := unsampled(r.InUseBytes(), r.InUseObjects(), rate)
		k := key{fn, where}
		if sums[k] == nil {
			sums[k] = &HeapSite{Func: fn, Where: where}
		}
		sums[k].Bytes += bytes
		sums[k].Objects += objects
	}
	var list []HeapSite
	for _, s := range sums {
		list = append(list, *s)
	}
	sortSites(list)
	return list
}

func sortSites(list []HeapSite) {
	slices.SortFunc(list, func(a, b HeapSite) int {
		return cmp.Or(cmp.Compare(max(b.Bytes, -b.Bytes), max(a.Bytes, -a.Bytes)), cmp.Compare(a.Func+a.Where, b.Func+b.Where))
	})
}

// unsampled estimates what sampled figures stand for: an allocation of size s is
// taken with probability 1 - exp(-s/rate) (runtime/pprof's protomem.go).
func unsampled(bytes, objects, rate int64) (int64, int64) {
	if bytes <= 0 || objects <= 0 {
		return 0, 0
	}
	if rate <= 1 {
		return bytes, objects
	}
	scale := 1 / (1 - math.Exp(-float64(bytes)/float64(objects)/float64(rate)))
	return int64(float64(bytes) * scale), int64(float64(objects) * scale)
}

// site names the place in a stack that an allocation is told of: the innermost
// line of a cell, else the innermost function that is not Go's runtime.
func site(stack []uintptr) (fn, where string) {
	frames := runtime.CallersFrames(stack)
	session := false
	for {
		f, more := frames.Next()
		switch {
		case strings.HasPrefix(path.Base(f.File), "cell["):
			return cellFunc(f.Function, path.Base(f.File)), fmt.Sprintf("%s:%d", path.Base(f.File), f.Line)
		case strings.HasPrefix(f.Function, "github.com/traefik/yaegi/interp.runCfg"):
			return siteInterpreted, ""
		case strings.HasPrefix(f.Function, "github.com/traefik/yaegi/"), strings.HasPrefix(f.Function, "github.com/weft-go/weft/kernel/internal/"):
			session = true
		case fn == "" && f.Function != "" && !strings.HasPrefix(f.Function, "runtime.") && !strings.HasPrefix(f.Function, "internal/runtime/"):
			fn, where = f.Function, fmt.Sprintf("%s:%d", path.Base(f.File), f.Line)
		}
		if !more {
			break
		}
	}
	switch {
	case session:
		return siteSession, ""
	case fn == "":
		return "Go runtime", ""
	}
	return fn, where
}

// cellFunc is a function's name as the cell has it.
func cellFunc(name, cell string) string {
	if name == "main" || strings.HasPrefix(name, "main.func") || strings.HasPrefix(name, "nb/") {
		return "statements of " + cell
	}
	return strings.TrimPrefix(name, "main.")
}

// Since returns what has come and gone since an earlier state: all figures are
// differences, and may be negative.
func (h HeapState) Since(earlier HeapState) HeapState {
	d := HeapState{Time: h.Time, Rate: h.Rate, Live: h.Live - earlier.Live, Objects: h.Objects - earlier.Objects}
	type key struct{ fn, where string }
	index := map[key]HeapSite{}
	for _, s := range earlier.Sites {
		index[key{s.Func, s.Where}] = s
	}
	for _, s := range h.Sites {
		k := key{s.Func, s.Where}
		old := index[k]
		delete(index, k)
		s.Bytes, s.Objects = s.Bytes-old.Bytes, s.Objects-old.Objects
		if s.Bytes != 0 || s.Objects != 0 {
			d.Sites = append(d.Sites, s)
		}
	}
	for _, s := range index {
		d.Sites = append(d.Sites, HeapSite{s.Func, s.Where, -s.Bytes, -s.Objects})
	}
	sortSites(d.Sites)
	old := map[int64]HeapClass{}
	for _, c := range earlier.Classes {
		old[c.Size] = c
	}
	for _, c := range h.Classes {
		o := old[c.Size]
		delete(old, c.Size)
		if c.Objects != o.Objects || c.Bytes != o.Bytes {
			d.Classes = append(d.Classes, HeapClass{c.Size, c.Bytes - o.Bytes, c.Objects - o.Objects})
		}
	}
	for _, o := range old {
		d.Classes = append(d.Classes, HeapClass{o.Size, -o.Bytes, -o.Objects})
	}
	slices.SortFunc(d.Classes, func(a, b HeapClass) int { return cmp.Compare(classOrder(a), classOrder(b)) })
	return d
}

// classOrder puts large objects last.
func classOrder(c HeapClass) int64 {
	if c.Size == 0 {
		return math.MaxInt64
	}
	return c.Size
}
