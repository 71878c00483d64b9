package magic

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/scanner"
	"go/token"
	"regexp"
	"slices"
	"strings"
)

// A variant is one of the things that a line lists to be measured.
type variant struct {
	name   string // the one given as name=, else the text
	code   string // Go text; "" for a stored result
	at     int    // where code begins in the line
	stored string // "@name" or "file.ipynb#name", without the sign
}

// storedResult matches a result that was kept: by %save, or in a notebook.
var storedResult = regexp.MustCompile(`^(@[\w.-]+|[^\s#]+\.ipynb#\S+)(?:\s+|$)`)

// variants splits a line into expressions. Between two of them stands nothing
// but blanks, where one expression could not go on: f(1) g(2), a[i] -b being
// one. A name may stand before each: fast=f(1).
func variants(line string) ([]variant, error) {
	var list []variant
	for at := 0; at < len(line); {
		rest := line[at:]
		if lead := len(rest) - len(strings.TrimLeft(rest, " \t")); lead > 0 {
			at += lead
			continue
		}
		if m := storedResult.FindStringSubmatch(rest); m != nil {
			list = append(list, variant{name: m[1], stored: strings.TrimPrefix(m[1], "@")})
			at += len(m[0])
			continue
		}
		v, n, err := oneVariant(rest)
		if err != nil {
			return nil, err
		}
		v.at += at
		list = append(list, v)
		at += n
	}
	return list, nil
}

// oneVariant reads the expression that line begins with, and returns how long
// it is.
func oneVariant(line string) (v variant, n int, err error) {
	if name, rest, ok := named(line); ok {
		v.name, v.at = name, len(line)-len(rest)
	}
	n = v.at + expressionEnd(line[v.at:])
	v.code = strings.TrimSpace(line[v.at:n])
	if v.code == "" {
		return v, 0, fmt.Errorf("no expression in %q", strings.TrimSpace(line))
	}
	if v.name == "" {
		v.name = v.code
	}
	return v, n, nil
}

// named matches "name=expression", which is no comparison.
func named(line string) (name, rest string, ok bool) {
	m := variantName.FindStringSubmatch(line)
	if m == nil || strings.HasPrefix(line[len(m[0]):], "=") {
		return "", line, false
	}
	return m[1], line[len(m[0]):], true
}

var variantName = regexp.MustCompile(`^(\pL[\pL\d_.+:-]*)=\s*`)

// expressionEnd returns where the expression ends that line begins with.
func expressionEnd(line string) int {
	var s scanner.Scanner
	file := token.NewFileSet().AddFile("", -1, len(line))
	s.Init(file, []byte(line), func(token.Position, string) {}, 0)
	depth, end, ended, signature := 0, 0, false, false
	for {
		pos, tok, lit := s.Scan()
		at := file.Offset(pos)
		if tok == token.EOF || tok == token.SEMICOLON && lit == "\n" {
			return len(line)
		}
		begins := tok == token.IDENT || tok.IsLiteral() || tok == token.FUNC || tok == token.MAP || tok == token.STRUCT || tok == token.ILLEGAL
		if depth == 0 && ended && begins && at > end && !signature {
			return at
		}
		switch tok {
		case token.FUNC:
			signature = true
		case token.LBRACE:
			depth++
			signature = false
		case token.LPAREN, token.LBRACK:
			depth++
		case token.RPAREN, token.RBRACK, token.RBRACE:
			depth = max(0, depth-1)
		}
		ended = tok == token.IDENT || tok.IsLiteral() || tok == token.RPAREN || tok == token.RBRACK || tok == token.RBRACE
		end = at + max(len(lit), 1)
		if tok.IsOperator() || tok.IsKeyword() {
			end = at + len(tok.String())
		}
	}
}

// called makes a call of the bare name of a function: f becomes f() if it takes
// nothing, f(param) if it takes one int and there is a parameter. Other text
// stays as it is.
func called(env Env, code, param string) string {
	i := slices.IndexFunc(env.Names(), func(n Name) bool { return n.Name == code && strings.HasPrefix(n.Type, "func(") })
	if i < 0 {
		return code
	}
	e, err := parser.ParseExpr(env.Names()[i].Type)
	f, ok := e.(*ast.FuncType)
	if err != nil || !ok {
		return code
	}
	switch f.Params.NumFields() {
	case 0:
		return code + "()"
	case 1:
		if id, ok := f.Params.List[0].Type.(*ast.Ident); ok && id.Name == "int" && param != "" {
			return code + "(" + param + ")"
		}
	}
	return code
}

// mentions says whether Go text uses a name, not as a field or method.
func mentions(code, name string) bool {
	f, err := parser.ParseFile(token.NewFileSet(), "", "package p\nfunc _() {\n"+code+"\n}", parser.SkipObjectResolution)
	if err != nil {
		return regexp.MustCompile(`\b` + regexp.QuoteMeta(name) + `\b`).MatchString(code)
	}
	found := false
	ast.Inspect(f, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.SelectorExpr:
			ast.Inspect(n.X, func(m ast.Node) bool {
				id, ok := m.(*ast.Ident)
				found = found || ok && id.Name == name
				return !found
			})
			return false
		case *ast.Ident:
			found = found || n.Name == name
		}
		return !found
	})
	return found
}
