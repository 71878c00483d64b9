package export

import (
	"compress/flate"
	_ "embed" // docs.pack
	"io"
	"strings"
	"sync"

	"github.com/weft-go/weft/kernel/internal/export/pack"
)

//go:embed docs.pack
var docsPack string

// Doc returns the documentation of an embedded package (symbol ""), of a name
// in it ("Println"), of a method or a field ("Buffer.Len", "Server.Addr"), or
// "" if there is none. Texts are doc comments without the comment marks, for
// go/doc/comment; long ones end with "..." in a paragraph of its own.
//
// Doc may be called from several goroutines. The first call for a package
// inflates its texts, 0.3 ms (fmt) to 2 ms (net/http), and keeps them;
// before the first call the table costs no memory.
func Doc(path, symbol string) string {
	docs.mu.Lock()
	defer docs.mu.Unlock()
	texts, ok := docs.byPackage[path]
	if !ok {
		if docs.pack == nil {
			docs.open()
		}
		data, found := docs.pack.Lookup(path)
		if !found {
			return ""
		}
		texts = inflate(data)
		docs.byPackage[path] = texts
	}
	return texts[symbol]
}

// docs holds the texts of the packages that were asked for.
var docs docTable

type docTable struct {
	mu        sync.Mutex
	pack      *pack.Pack                   // nil until first used
	byPackage map[string]map[string]string // path -> symbol -> text
}

func (t *docTable) open() {
	p, err := pack.Open(docsPack)
	if err != nil {
		panic("BUG: embedded docs.pack: " + err.Error())
	}
	t.pack, t.byPackage = p, map[string]map[string]string{}
}

// inflate reads what generate.Docs wrote for one package.
func inflate(data string) map[string]string {
	all, err := io.ReadAll(flate.NewReader(strings.NewReader(data)))
	if err != nil {
		panic("BUG: embedded docs.pack: " + err.Error())
	}
	texts := map[string]string{}
	for rest := string(all); rest != ""; {
		var name, text string
		name, rest, _ = strings.Cut(rest, "\x00")
		text, rest, _ = strings.Cut(rest, "\x00")
		texts[name] = text
	}
	return texts
}
