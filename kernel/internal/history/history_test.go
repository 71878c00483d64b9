package history

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"sync"
	"testing"
	"unicode/utf8"
)

var ctx = context.Background()

// file returns a path that has no file yet, in a folder that does not exist.
func file(t testing.TB) string { return filepath.Join(t.TempDir(), "a", "b", "history.jsonl") }

// open returns a store whose first error fails the test.
func open(t testing.TB, path string) *Store {
	s := Open(path)
	s.Log = func(err error) { t.Errorf("history: %v", err) }
	return s
}

// ran makes a session that ran the cells, and ends it.
func ran(t testing.TB, path string, cells ...string) {
	s := open(t, path)
	for i, c := range cells {
		s.Add(i+1, c)
	}
	s.Close()
}

// show writes entries as "session.line:input", with "=output" if there is one.
func show(entries []Entry) string {
	var out []string
	for _, e := range entries {
		s := fmt.Sprintf("%d.%d:%s", e.Session, e.Line, e.Input)
		if e.Output != "" {
			s += "=" + e.Output
		}
		out = append(out, s)
	}
	return strings.Join(out, " ")
}

func TestQuestions(t *testing.T) {
	path := file(t)
	ran(t, path, "a", "bb", "a")
	ran(t, path, "c")
	s := open(t, path)
	defer s.Close()
	for i, c := range []string{"1+2", "bb", "1+2+3", "1+2+3"} {
		s.Add(i+1, c)
		s.SetOutput(i+1, strings.Repeat("v", i))
	}
	for _, tt := range []struct {
		name string
		got  []Entry
		want string
	}{
		{"tail of this session", s.Tail(ctx, 2), "3.3:1+2+3=vv 3.4:1+2+3=vvv"},
		{"tail over sessions", s.Tail(ctx, 6), "1.3:a 2.1:c 3.1:1+2 3.2:bb=v 3.3:1+2+3=vv 3.4:1+2+3=vvv"},
		{"tail of more than there is", s.Tail(ctx, 100), "1.1:a 1.2:bb 1.3:a 2.1:c 3.1:1+2 3.2:bb=v 3.3:1+2+3=vv 3.4:1+2+3=vvv"},
		{"tail of none", s.Tail(ctx, 0), ""},
		{"tail of less", s.Tail(ctx, -1), ""},
		{"range by 0", s.Range(ctx, 0, 0, 0), "3.1:1+2 3.2:bb=v 3.3:1+2+3=vv 3.4:1+2+3=vvv"},
		{"range by number", s.Range(ctx, 3, 2, 3), "3.2:bb=v"},
		{"range of the session before", s.Range(ctx, -1, 0, 0), "2.1:c"},
		{"range of the one before that", s.Range(ctx, -2, 1, 3), "1.1:a 1.2:bb"},
		{"range of an old number", s.Range(ctx, 1, 2, 0), "1.2:bb 1.3:a"},
		{"range from the end", s.Range(ctx, 0, -2, 0), "3.3:1+2+3=vv 3.4:1+2+3=vvv"},
		{"range to before the end", s.Range(ctx, 0, 1, -3), "3.1:1+2"},
		{"range of a session that is not", s.Range(ctx, 99, 0, 0), ""},
		{"range before all sessions", s.Range(ctx, -99, 0, 0), ""},
		{"range turned round", s.Range(ctx, 0, 3, 2), ""},
		{"search", s.Search(ctx, "1?2*", 0, false), "3.1:1+2 3.3:1+2+3=vv 3.4:1+2+3=vvv"},
		{"search, n", s.Search(ctx, "1?2*", 2, false), "3.3:1+2+3=vv 3.4:1+2+3=vvv"},
		{"search, unique", s.Search(ctx, "1?2*", 0, true), "3.1:1+2 3.4:1+2+3=vvv"},
		{"search over sessions, unique", s.Search(ctx, "*", 0, true), "1.3:a 2.1:c 3.1:1+2 3.2:bb=v 3.4:1+2+3=vvv"},
		{"search over sessions, unique, n", s.Search(ctx, "*", 2, true), "3.2:bb=v 3.4:1+2+3=vvv"},
		{"search of the whole text", s.Search(ctx, "b", 0, false), ""},
		{"search without a pattern", s.Search(ctx, "", 1, false), "3.4:1+2+3=vvv"},
	} {
		if got := show(tt.got); got != tt.want {
			t.Errorf("%s:\n got %s\nwant %s", tt.name, got, tt.want)
		}
	}
}

func TestMatch(t *testing.T) {
	for _, tt := range []struct {
		pattern, s string
		want       bool
	}{
		{"", "", true}, {"*", "", true}, {"?", "", false}, {"?", "世", true}, {"a", "ab", false}, {"a*", "ab", true},
		{"*b", "ab", true}, {"*b*b", "abab", true}, {"*b*b", "abac", false}, {"a*b*c", "axxbyyc", true},
		{"a*b*c", "axxbyy", false}, {"[ab]", "a", false}, {"[ab]", "[ab]", true}, {"1?2*", "1+2+3", true}, {"**", "x", true},
		{"*a\nb*", "x a\nb y", true},
	} {
		if got := match(tt.pattern, tt.s); got != tt.want {
			t.Errorf("match(%q, %q) = %v", tt.pattern, tt.s, got)
		}
	}
	// Would take longer than the universe if it tried every division.
	match(strings.Repeat("*a", 30)+"b", strings.Repeat("a", 2000))
}

// TestFirstSession asks before anything was written.
func TestFirstSession(t *testing.T) {
	for _, path := range []string{file(t), ""} {
		s := open(t, path)
		if got := s.Tail(ctx, 5); len(got) != 0 {
			t.Errorf("path %q: %s", path, show(got))
		}
		s.Add(1, "x")
		if got := show(s.Range(ctx, 0, 0, 0)); got != "1.1:x" {
			t.Errorf("path %q: %s", path, got)
		}
		s.Close()
	}
}

// TestNumberBeforeWriting: a session that wrote nothing yet stands behind the
// file's.
func TestNumberBeforeWriting(t *testing.T) {
	path := file(t)
	ran(t, path, "a")
	s := open(t, path)
	if got := show(s.Range(ctx, -1, 0, 0)); got != "1.1:a" {
		t.Error(got)
	}
}

func TestKernelsAtOnce(t *testing.T) {
	path := file(t)
	const kernels, cells = 8, 50
	var wg sync.WaitGroup
	for k := range kernels {
		wg.Go(func() {
			s := open(t, path)
			for i := range cells {
				s.Add(i+1, fmt.Sprintf("k%d c%d %s", k, i, strings.Repeat("x\n", 100)))
			}
			s.Close()
		})
	}
	wg.Wait()
	got := open(t, path).Tail(ctx, 10_000)
	if len(got) != kernels*cells {
		t.Fatalf("%d cells, want %d", len(got), kernels*cells)
	}
	// Each kernel has one number, and its cells are in order.
	of, line := map[int]string{}, map[int]int{}
	for _, e := range got {
		name := strings.Fields(e.Input)[0]
		if of[e.Session] == "" {
			of[e.Session] = name
		}
		if of[e.Session] != name {
			t.Fatalf("session %d is of %s and %s", e.Session, of[e.Session], name)
		}
		if line[e.Session]++; e.Line != line[e.Session] {
			t.Fatalf("session %d: line %d, want %d", e.Session, e.Line, line[e.Session])
		}
	}
	if len(of) != kernels {
		t.Errorf("%d sessions, want %d", len(of), kernels)
	}
}

func TestFileStaysSmall(t *testing.T) {
	path := file(t)
	ran(t, path, "first")
	s := open(t, path)
	cell := strings.Repeat("y", 100_000)
	for i := range 250 { // 25 MB
		s.Add(i+1, fmt.Sprintf("%d %s", i+1, cell))
		s.flush(ctx)
	}
	s.Close()
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	if info.Size() > maxFile || info.Size() < maxFile/3 {
		t.Errorf("%d bytes", info.Size())
	}
	if n, _ := filepath.Glob(filepath.Join(filepath.Dir(path), "*")); len(n) != 1 {
		t.Errorf("files left: %v", n)
	}
	// The rest is whole lines, the latest cells without a gap.
	got := open(t, path).Tail(ctx, 10_000)
	for i, e := range got {
		want := 250 - len(got) + i + 1
		if e.Line != want || !strings.HasPrefix(e.Input, fmt.Sprintf("%d y", want)) {
			t.Fatalf("entry %d of %d is line %d, want %d", i, len(got), e.Line, want)
		}
	}
	if len(got) < 40 {
		t.Errorf("%d cells left", len(got))
	}
	// This session's own cells are bounded too, and the latest stay.
	if s.size > maxMemory {
		t.Errorf("%d bytes in memory", s.size)
	}
	if got := s.Tail(ctx, 1); got[0].Line != 250 {
		t.Errorf("last is %d", got[0].Line)
	}
}

func TestLink(t *testing.T) {
	path := file(t)
	ran(t, path, strings.Repeat("x", maxCell))
	link := filepath.Join(t.TempDir(), "link")
	if err := os.Symlink(path, link); err != nil {
		t.Skip(err)
	}
	for range 12 {
		ran(t, link, strings.Repeat("x", maxCell))
	}
	if info, err := os.Lstat(link); err != nil || info.Mode()&os.ModeSymlink == 0 {
		t.Errorf("the link is gone: %v, %v", info.Mode(), err)
	}
}

func TestHugeCellIsNotWritten(t *testing.T) {
	path := file(t)
	ran(t, path, "a", strings.Repeat("x", maxCell+1), "b")
	if got := show(open(t, path).Tail(ctx, 5)); got != "1.1:a 1.3:b" {
		t.Error(got)
	}
}

// TestDamage: what is no entry is skipped, and does not spoil what follows.
func TestDamage(t *testing.T) {
	good := `{"session":4,"line":1,"code":"good"}` + "\n"
	for _, tt := range []struct{ name, text, want string }{
		{"torn end", good + `{"session":5,"li`, "4.1:good 5.1:x"},
		{"no line end", strings.TrimSpace(good), "4.1:good 5.1:x"},
		{"empty lines", "\n\n" + good + "\n", "4.1:good 5.1:x"},
		{"other JSON", good + "[]\n5\n{}\nnull\n" + `{"session":"a"}` + "\n", "4.1:good 5.1:x"},
		{"zeros of a crash", good + string(make([]byte, 500)) + "\n", "4.1:good 5.1:x"},
		{"an endless line", good + strings.Repeat("z", maxLine+maxLine/2) + "\n", "4.1:good 5.1:x"},
		{"bad UTF-8", `{"session":1,"line":1,"code":"` + "\xff" + `"}` + "\n", "1.1:\uFFFD 2.1:x"},
		{"unknown members", `{"session":1,"line":1,"code":"a","time":5}` + "\n", "1.1:a 2.1:x"},
		{"empty", "", "1.1:x"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "h")
			if err := os.WriteFile(path, []byte(tt.text), 0o600); err != nil {
				t.Fatal(err)
			}
			ran(t, path, "x")
			if got := show(open(t, path).Tail(ctx, 9)); got != tt.want {
				t.Errorf("tail: got %s, want %s", got, tt.want)
			}
			if got := show(open(t, path).Search(ctx, "*", 0, false)); got != tt.want {
				t.Errorf("search: got %s, want %s", got, tt.want)
			}
		})
	}
}

func TestUnusableFile(t *testing.T) {
	dir := t.TempDir()
	blocked := filepath.Join(dir, "plain")
	if err := os.WriteFile(blocked, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{dir, filepath.Join(blocked, "h"), "/dev/null/h", "/proc/weft/h"} {
		var errs []error
		var mu sync.Mutex
		s := Open(path)
		s.Log = func(err error) { mu.Lock(); errs = append(errs, err); mu.Unlock() }
		s.Add(1, "x")
		s.flush(ctx)
		s.Add(2, "y")
		s.Close()
		if got := show(s.Tail(ctx, 5)); got != "1.1:x 1.2:y" {
			t.Errorf("%s: %s", path, got)
		}
		mu.Lock()
		if len(errs) != 1 || strings.Contains(errs[0].Error(), "\n") {
			t.Errorf("%s: told %v, want one error of one line", path, errs)
		}
		mu.Unlock()
	}
}

func TestOutputOfLastOnly(t *testing.T) {
	s := open(t, "")
	s.Add(1, "a")
	s.Add(2, "b")
	s.SetOutput(1, "late")
	s.SetOutput(2, strings.Repeat("世", maxOutput))
	got := s.Tail(ctx, 2)
	if got[0].Output != "" || len(got[1].Output) > maxOutput || !strings.HasPrefix(got[1].Output, "世") {
		t.Error(show(got))
	}
	if !utf8.ValidString(got[1].Output) {
		t.Error("a character was cut in two")
	}
}

func TestDefaultPath(t *testing.T) {
	for _, tt := range []struct{ data, home, want string }{
		{"/d", "/h", "/d/weft/history.jsonl"},
		{"", "/h", "/h/.local/share/weft/history.jsonl"},
		{"relative", "/h", "/h/.local/share/weft/history.jsonl"},
		{"", "", ""},
	} {
		t.Setenv("XDG_DATA_HOME", tt.data)
		t.Setenv("HOME", tt.home)
		if got := DefaultPath(); got != tt.want {
			t.Errorf("data %q, home %q: %q, want %q", tt.data, tt.home, got, tt.want)
		}
	}
}

// TestBackwardIsForward compares the two ways through files around the size
// of a block.
func TestBackwardIsForward(t *testing.T) {
	for _, size := range []int{0, 1, 10, 65_480, 65_500, 65_536, 131_072, 200_000} {
		var text bytes.Buffer
		enc := json.NewEncoder(&text)
		for i := range 4 {
			enc.Encode(record{i + 1, i + 1, strings.Repeat("x", size+i)})
			enc.Encode(record{i + 1, i + 2, ""})
		}
		var there, back []Entry
		r, end := bytes.NewReader(text.Bytes()), int64(text.Len())
		forward(r, end, func(e Entry) bool { there = append(there, e); return true })
		backward(r, end, func(e Entry) bool { back = append([]Entry{e}, back...); return true })
		if len(there) != 8 || !reflect.DeepEqual(there, back) {
			t.Errorf("size %d: %d forward, %d backward", size, len(there), len(back))
		}
	}
}

func BenchmarkAdd(b *testing.B) {
	s := open(b, file(b))
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		s.Add(i+1, "k = k + 1")
	}
	s.flush(ctx)
}

func BenchmarkQuestions(b *testing.B) {
	path := file(b)
	ran(b, path, "a")
	var text bytes.Buffer
	enc := json.NewEncoder(&text)
	for i := 0; text.Len() < maxFile; i++ {
		enc.Encode(record{i/50 + 1, i%50 + 1, fmt.Sprintf("x := %d\nfmt.Println(x)\nfor i := range 10 {\n}", i)})
	}
	if err := os.WriteFile(path, text.Bytes(), 0o600); err != nil {
		b.Fatal(err)
	}
	s := open(b, path)
	b.Run("tail", func(b *testing.B) {
		for b.Loop() {
			s.Tail(ctx, 500)
		}
	})
	b.Run("search", func(b *testing.B) {
		for b.Loop() {
			s.Search(ctx, "*Println(77)*", 0, true)
		}
	})
}
