package dock

import (
	"fmt"
	"reflect"
	"testing"
	"unsafe"
)

type noted struct{ list []string }

func (n *noted) Access(_, size uintptr, write bool, site int32) {
	n.list = append(n.list, fmt.Sprint(size, write, site))
}

func (n *noted) Map(m MapAccess) {
	n.list = append(n.list, fmt.Sprint("map ", m.Len, m.Hashed, m.Key, m.Elem, m.Write, m.Site))
}

func TestRecord(t *testing.T) {
	var n noted
	a, m := []int32{1, 2, 3, 4}, map[string]bool{"x": true}
	work := func() {
		a[1] = 2
		if *R(&a[1], 1) != 2 {
			t.Error("R gives another value")
		}
		*W(&a[1], 2) = 5
		*U(&a[2], 3) += 7
		_ = m[In(m, false, 4).Key("x")]
		M(m, true, 5)["y"] = false
		_ = (*H(&a, 6))[0]
		Copy(a[:2], a[2:], 7)
		_ = "abc"[Byte("abc", 2, 8)]
		var p Part
		for i, v := range Over(a, &p) {
			p.At(i, 9)
			_ = v
		}
	}
	work()
	if n.list != nil {
		t.Error("recorded without a recorder")
	}
	Record(&n)
	work()
	Record(nil)
	work()
	want := []string{"4 false 1", "4 true 2", "4 false 3", "4 true 3", "map 2 true 16 1 false 4", "map 2 false 16 1 true 5",
		fmt.Sprint(2*unsafe.Sizeof(0), false, 6), "8 false 7", "8 true 7", "1 false 8", "4 false 9", "4 false 9", "4 false 9", "4 false 9"}
	for i := range want {
		if i < len(n.list) && n.list[i] != want[i] {
			t.Errorf("access %d is %s, want %s", i, n.list[i], want[i])
		}
	}
	if len(n.list) != len(want) {
		t.Errorf("%d accesses, want %d: %v", len(n.list), len(want), n.list)
	}
	defer func() {
		if recover() == nil {
			t.Error("a key that can't be hashed is taken")
		}
	}()
	Record(&n)
	defer Record(nil)
	k := map[any]int{1: 1}
	_ = k[In(k, false, 0).Key(func() {})]
}

func TestSites(t *testing.T) {
	first := Sites(Site{Text: "a"}, Site{Text: "b"})
	second := Sites(Site{Text: "c"})
	if second != first+2 || SiteList()[second].Text != "c" || SiteList()[first+1].Text != "b" {
		t.Errorf("sites %d and %d of %v", first, second, SiteList())
	}
}

func TestHits(t *testing.T) {
	counts := make([]Counter, 3)
	AddLines([]LineHits{{Cell: "cell[1]", Line: 1}, {Cell: "cell[1]", Line: 2}, {Cell: "cell[1]", Line: 1}}, counts)
	counts[0].Add(1)
	counts[2].Add(5)
	if got, want := Hits(), []LineHits{{"cell[1]", 1, 5}}; !reflect.DeepEqual(got, want) {
		t.Errorf("hits %v, want %v", got, want)
	}
	ClearHits()
	if got := Hits(); len(got) != 0 {
		t.Errorf("hits %v after clearing", got)
	}
}

func BenchmarkR(b *testing.B) {
	a := make([]float64, 1024)
	s := 0.0
	for i := 0; b.Loop(); i++ {
		s += *R(&a[i&1023], 0)
	}
}
