package complete

import (
	"go/ast"
	"go/build/constraint"
	"go/parser"
	"go/token"
	"io/fs"
	"path"
	"regexp"
	"strings"

	"github.com/weft-go/weft/kernel/internal/cell"
)

var commandName = regexp.MustCompile(`^\s*%{1,2}([\pL_]\w*)`)

// find looks a declaration up in a cell's Go text, by its name: "f", "T",
// "T.m", or "T.x" for a field. It returns its doc comment without comment
// marks, and its text with it; "" if it is not there.
func find(src, name string) (doc, code string) {
	if src == "" {
		return "", ""
	}
	src, _ = closed("\n"+src, true, 0) // a comment on the first line is not beside the package clause
	chunks, err := cell.Chunks(src)
	if err != nil {
		return "", ""
	}
	w := cell.Wrap(src, chunks)
	fset := token.NewFileSet()
	file, _ := parser.ParseFile(fset, "", w.Text, parser.ParseComments|parser.SkipObjectResolution|parser.AllErrors)
	if file == nil || !file.Pos().IsValid() {
		return "", ""
	}
	return declared(file, fset, w.Text, name)
}

// declared looks a declaration up in a file. The last one counts.
func declared(file *ast.File, fset *token.FileSet, text, name string) (doc, code string) {
	typ, member, _ := strings.Cut(name, ".")
	take := func(n ast.Node, groups ...*ast.CommentGroup) {
		from := n.Pos()
		doc = ""
		for _, g := range groups {
			if g != nil {
				if g.Pos() < from {
					from = g.Pos()
				}
				doc = g.Text()
				break
			}
		}
		code = ""
		if a, b := fset.Position(from).Offset, fset.Position(n.End()).Offset; a <= b && b <= len(text) { // else it is cut short
			code = text[a:b]
		}
	}
	gen := func(d *ast.GenDecl) {
		for _, s := range d.Specs {
			var whole ast.Node = d
			if d.Lparen.IsValid() {
				whole = s
			}
			switch s := s.(type) {
			case *ast.TypeSpec:
				if s.Name.Name != typ {
					continue
				}
				if member == "" {
					take(whole, s.Doc, d.Doc, s.Comment)
					continue
				}
				st, ok := s.Type.(*ast.StructType)
				if !ok {
					continue
				}
				for _, f := range st.Fields.List {
					for _, id := range f.Names {
						if id.Name == member {
							take(f, f.Doc, f.Comment)
						}
					}
				}
			case *ast.ValueSpec:
				for _, id := range s.Names {
					if id.Name == typ && member == "" {
						take(whole, s.Doc, d.Doc, s.Comment)
					}
				}
			}
		}
	}
	for _, d := range file.Decls {
		switch d := d.(type) {
		case *ast.GenDecl:
			gen(d)
		case *ast.FuncDecl:
			recv := ""
			if d.Recv != nil && len(d.Recv.List) > 0 {
				recv = receiver(d.Recv.List[0].Type)
			}
			if recv == "" && member == "" && d.Name.Name == typ || recv == typ && recv != "" && d.Name.Name == member {
				take(d, d.Doc)
			}
			if d.Name.Name == "_" && d.Recv == nil && d.Body != nil {
				for _, s := range d.Body.List { // a cell's statements
					switch s := s.(type) {
					case *ast.DeclStmt:
						if x, ok := s.Decl.(*ast.GenDecl); ok {
							gen(x)
						}
					case *ast.AssignStmt:
						for _, l := range s.Lhs {
							if id, ok := l.(*ast.Ident); ok && id.Name == name && s.Tok == token.DEFINE {
								take(s, above(file, fset, s))
							}
						}
					}
				}
			}
		}
	}
	return doc, code
}

// above is the comment whose last line is the one before a node.
func above(file *ast.File, fset *token.FileSet, n ast.Node) *ast.CommentGroup {
	line := fset.Position(n.Pos()).Line
	for _, g := range file.Comments {
		if fset.Position(g.End()).Line == line-1 && fset.Position(g.Pos()).Column <= fset.Position(n.Pos()).Column {
			return g
		}
	}
	return nil
}

func receiver(e ast.Expr) string {
	for {
		switch x := e.(type) {
		case *ast.StarExpr:
			e = x.X
		case *ast.ParenExpr:
			e = x.X
		case *ast.IndexExpr:
			e = x.X
		case *ast.IndexListExpr:
			e = x.X
		case *ast.Ident:
			return x.Name
		default:
			return ""
		}
	}
}

// maxSource bounds the source that Code returns, bytes.
const maxSource = 20 << 10

// Code returns the source of a declaration ("f", "T", "T.m") in the Go files
// of a folder, "" if it is not there. Of files for some systems only those for
// linux/amd64 count.
func Code(files fs.FS, dir, name string) string {
	entries, err := fs.ReadDir(files, dir)
	if err != nil {
		return ""
	}
	last := name[strings.LastIndexByte(name, '.')+1:]
	for _, e := range entries {
		n := e.Name()
		if e.IsDir() || !strings.HasSuffix(n, ".go") || strings.HasSuffix(n, "_test.go") || foreign(n) {
			continue
		}
		b, err := fs.ReadFile(files, path.Join(dir, n))
		if err != nil || !strings.Contains(string(b), last) || !builds(string(b)) {
			continue
		}
		fset := token.NewFileSet()
		file, err := parser.ParseFile(fset, "", b, parser.ParseComments|parser.SkipObjectResolution)
		if err != nil {
			continue
		}
		if _, code := declared(file, fset, string(b), name); code != "" {
			if len(code) > maxSource {
				code = strings.ToValidUTF8(code[:maxSource], "") + "\n..."
			}
			return "// " + path.Join(dir, n) + "\n" + code
		}
	}
	return ""
}

var systems = regexp.MustCompile(`_(aix|android|darwin|dragonfly|freebsd|illumos|ios|js|netbsd|openbsd|plan9|solaris|wasip1|windows|386|arm|arm64|loong64|mips\w*|ppc64\w*|riscv64|s390x|wasm)\.go$`)

// foreign says whether a file's name is that of another system.
func foreign(name string) bool { return systems.MatchString(name) }

// builds says whether a file's build constraint holds for linux/amd64.
func builds(text string) bool {
	for line := range strings.Lines(text) {
		if strings.HasPrefix(line, "package ") {
			return true
		}
		if !constraint.IsGoBuild(line) {
			continue
		}
		if x, err := constraint.Parse(strings.TrimSpace(line)); err == nil {
			return x.Eval(func(tag string) bool {
				return tag == "linux" || tag == "amd64" || tag == "unix" || tag == "gc" || tag == "cgo" || strings.HasPrefix(tag, "go1.")
			})
		}
	}
	return true
}
