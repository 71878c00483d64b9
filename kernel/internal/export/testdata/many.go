// A program that uses thirty packages in everyday ways; TestProgramWithManyPackages checks it.
package main

import (
	"archive/zip"
	"bufio"
	"bytes"
	"cmp"
	"container/heap"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"image"
	"image/color"
	"io"
	"iter"
	"log/slog"
	"maps"
	"math"
	"math/big"
	"math/rand/v2"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"regexp"
	"runtime"
	"slices"
	"sort"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"text/template"
	"time"
	"unicode"
	"unsafe"
)

type ints []int

func (x ints) Len() int           { return len(x) }
func (x ints) Less(i, j int) bool { return x[i] < x[j] }
func (x ints) Swap(i, j int)      { x[i], x[j] = x[j], x[i] }
func (x *ints) Push(v any)        { *x = append(*x, v.(int)) }
func (x *ints) Pop() any          { o := *x; v := o[len(o)-1]; *x = o[:len(o)-1]; return v }

var (
	_ heap.Interface = (*ints)(nil)
	_ error          = (*exec.Error)(nil)
	_ io.ReadWriter  = (*bytes.Buffer)(nil)
	_ fmt.Stringer   = time.Second
	_ image.Image    = (*image.RGBA)(nil)
	_ error          = syscall.ENOENT
)

func words(r io.Reader) iter.Seq[string] {
	return func(yield func(string) bool) {
		s := bufio.NewScanner(r)
		s.Split(bufio.ScanWords)
		for s.Scan() {
			if !yield(s.Text()) {
				return
			}
		}
	}
}

func main() {
	ctx, cancel := context.WithTimeout(context.Background(), 3*time.Second)
	defer cancel()
	count := map[string]int{}
	for w := range words(strings.NewReader("a b a")) {
		count[w]++
	}
	keys := slices.SortedFunc(maps.Keys(count), func(a, b string) int { return cmp.Compare(count[b], count[a]) })
	sort.Sort(ints{2, 1})
	out, err := json.Marshal(keys)
	var exit *exec.ExitError
	if errors.As(err, &exit) || errors.Is(err, os.ErrNotExist) {
		slog.Error("marshal", "err", err)
	}
	var (
		wg sync.WaitGroup
		n  atomic.Int64
		p  atomic.Pointer[http.Request]
	)
	wg.Go(func() { n.Add(int64(runtime.NumCPU())) })
	wg.Wait()
	req, _ := http.NewRequestWithContext(ctx, http.MethodGet, (&url.URL{Scheme: "http", Host: "h"}).String(), nil)
	p.Store(req)
	once := sync.OnceValue(func() *big.Int { return big.NewInt(1) })
	fmt.Println(once(), rand.N(10*time.Second), rand.IntN(3), math.Pi*2, unsafe.Sizeof(n), reflect.TypeFor[int](), string(out))
	fmt.Println(base64.StdEncoding.EncodeToString(sha256.New().Sum(nil)), strconv.Itoa(1<<10), unicode.IsUpper('A'))
	fmt.Println(regexp.MustCompile(`a+`).FindString("baa"), filepath.Join("a", "b"), color.RGBA{1, 2, 3, 4})
	_ = csv.NewWriter(os.Stdout).Write([]string{"a"})
	_ = zip.NewWriter(io.Discard).Close()
	_ = template.Must(template.New("t").Parse("{{.}}")).Execute(os.Stdout, math.MaxInt8)
}
