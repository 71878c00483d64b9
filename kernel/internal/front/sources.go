package front

import (
	"go/ast"
	"go/parser"
	"go/token"
	"regexp"
	"strings"
	"sync"

	"github.com/weft-go/weft/kernel/internal/link"
)

// sources keeps the texts of cells, for error messages that show a line and
// name a function. What it keeps is bounded: the oldest texts go first.
type sources struct {
	mu    sync.Mutex
	cells ring[string] // cell name -> text as typed
	texts ring[int]    // file number -> lowered text: it has every function of a cell, on its lines
	files map[int]string
}

// keptBytes bounds the text that a ring keeps.
const keptBytes = 4 << 20

// A ring maps keys to texts and forgets the oldest.
type ring[K comparable] struct {
	text  map[K]string
	order []K
	bytes int
}

func (r *ring[K]) put(key K, text string) {
	if r.text == nil {
		r.text = map[K]string{}
	}
	old, ok := r.text[key]
	if !ok {
		r.order = append(r.order, key)
	}
	r.text[key] = text
	for r.bytes += len(text) - len(old); r.bytes > keptBytes && len(r.order) > 1; r.order = r.order[1:] {
		r.bytes -= len(r.text[r.order[0]])
		delete(r.text, r.order[0])
	}
}

// add keeps the text of a cell.
func (s *sources) add(cell, text string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.cells.put(cell, text)
}

// lowered keeps the text of a file that the session gets, and its cell.
func (s *sources) lowered(file int, cell, text string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.files == nil {
		s.files = map[int]string{}
	}
	s.files[file] = cell
	s.texts.put(file, text)
}

// line returns a line of a cell as typed.
func (s *sources) line(cell string, n int) (string, bool) {
	s.mu.Lock()
	text, ok := s.cells.text[cell]
	s.mu.Unlock()
	if !ok || n < 1 {
		return "", false
	}
	for line := range strings.Lines(text) {
		if n--; n == 0 {
			return strings.TrimRight(line, "\r\n"), true
		}
	}
	return "", false
}

// position names the place that a traceback tells.
func (s *sources) position(at link.Step) (link.Position, bool) {
	s.mu.Lock()
	cell, ok := s.files[at.File()]
	s.mu.Unlock()
	return link.Position{File: cell, Line: at.Line(), Column: at.Column()}, ok
}

// numbered is a name that a declaration of several has in the interpreter: f_2
// for the second f, main_p1 for the main of the first program.
var numbered = regexp.MustCompile(`(\w+?)_p?\d+\b`)

// asTyped gives the names in a lowered text back as a line of the cell has them.
func (s *sources) asTyped(name, cell string, line int) string {
	typed, ok := s.line(cell, line)
	if !ok {
		return name
	}
	return numbered.ReplaceAllStringFunc(name, func(n string) string {
		if strings.Contains(typed, n) {
			return n
		}
		return numbered.FindStringSubmatch(n)[1]
	})
}

// function returns the name of the function that a line of a cell lies in, ""
// for a cell's own statements and when it is not known.
func (s *sources) function(cell string, line int) string {
	s.mu.Lock()
	var texts []string
	for i := len(s.texts.order) - 1; i >= 0; i-- {
		if id := s.texts.order[i]; s.files[id] == cell {
			texts = append(texts, s.texts.text[id])
		}
	}
	s.mu.Unlock()
	for _, text := range texts {
		fset := token.NewFileSet()
		file, err := parser.ParseFile(fset, cell, text, parser.SkipObjectResolution)
		if err != nil {
			continue
		}
		for _, d := range file.Decls {
			f, ok := d.(*ast.FuncDecl)
			if ok && f.Name.Name != "init" && fset.Position(f.Pos()).Line <= line && line <= fset.Position(f.End()).Line {
				return s.asTyped(functionName(f), cell, fset.Position(f.Pos()).Line)
			}
		}
	}
	return ""
}

// functionName writes a function's name as Go's tracebacks do, without the
// package.
func functionName(f *ast.FuncDecl) string {
	if f.Recv == nil || len(f.Recv.List) == 0 {
		return f.Name.Name
	}
	t := f.Recv.List[0].Type
	star, pointer := t.(*ast.StarExpr)
	if pointer {
		t = star.X
	}
	if x, ok := t.(*ast.IndexExpr); ok {
		t = x.X
	}
	id, ok := t.(*ast.Ident)
	switch {
	case !ok:
		return f.Name.Name
	case pointer:
		return "(*" + id.Name + ")." + f.Name.Name
	}
	return id.Name + "." + f.Name.Name
}
