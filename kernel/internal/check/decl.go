package check

import (
	"go/ast"
	"go/types"
)

// A Kind says what a name stands for.
type Kind string

// Kinds of names.
const (
	Var    Kind = "var"
	Func   Kind = "func"
	Type   Kind = "type"
	Const  Kind = "const"
	Import Kind = "import"
	Method Kind = "method"
)

// A Name is one line of the list of what a session has declared.
type Name struct {
	Name string
	Kind Kind
	Type string // as Go writes it, with package names; the path for imports
	Cell string // where it was declared last
	Lost bool   // a variable whose value went with a dead session
}

// A Unit is one declaration as text: a function, a method, a type, a group of
// constants, or a variable (without its initial value, which is never
// evaluated again).
type Unit struct {
	Kind       Kind
	Names      []string // "f", "T", "T.m", or all names of a group of constants
	Cell       string
	Line       int    // of Text's first line, from 1
	Text       string // for variables and imports only what was typed
	Directives string // of a function: the //go: lines directly above it
	Imports    map[string]string
	Uses       []string // names of session declarations that it mentions
	Node       ast.Node // during a check: *ast.FuncDecl, *ast.TypeSpec or *ast.GenDecl
	Source     *Source  // during a check: where Node was parsed
	Redo       bool     // during a check: taken up again because of what it uses
	orig       *Unit    // during a check: the World's own unit that this one will replace
	broken     string   // why it no longer fits what it uses
	brokenWhen string   // the cell that broke it
}

// Recv returns the type's name of a method's unit.
func (u *Unit) Recv() string {
	if u.Kind != Method {
		return ""
	}
	return recvOf(u.Names[0])
}

func recvOf(method string) string {
	for i := range len(method) {
		if method[i] == '.' {
			return method[:i]
		}
	}
	return ""
}

// A Decl is what a name stands for now. It is never changed after it has been
// committed, but for its marks, which World's lock guards.
type Decl struct {
	Name   string
	Kind   Kind
	Obj    types.Object // nil for imports
	Pkg    *types.Package
	GoName string // its name in the interpreter
	Unit   *Unit

	lost  string // the cell in which the value was lost
	stale string // why the variable's type is not current
	slot  bool   // for variables: the interpreter has it
}

// Broken says whether the declaration no longer fits what it uses.
func (u *Unit) Broken() bool { return u.broken != "" }
