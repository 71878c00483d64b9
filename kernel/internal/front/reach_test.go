package front

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/weft-go/weft/kernel/internal/symbols/packages"
)

// notForCells are functions that programs call but cells have no use for.
var notForCells = map[string]string{
	"par.Inherit":  "for hosts of cells",
	"proc.Main":    "the session has called it",
	"proc.NewTask": "generic; a cell's functions are tasks by their names",
	"proc.Output":  "for hosts of cells",
	"proc.SetHost": "for hosts of cells",
	"proc.TaskOf":  "for hosts of cells",
	"proc.Worker":  "for hosts of cells",
}

// Every function of the kernels and of what spreads work is called by a cell of
// a script, in both engines. Generic functions can't be interpreted; what they
// do has another form for cells.
func TestCellsReachEverything(t *testing.T) {
	var cells strings.Builder
	files, _ := filepath.Glob("testdata/*.txtar")
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		cells.Write(text)
	}
	const module = "github.com/weft-go/weft/"
	seen := 0
	for _, path := range packages.Weft {
		folder := strings.TrimPrefix(path, module)
		if !strings.HasPrefix(folder, "kernels/") && !strings.HasPrefix(folder, "runtime/") {
			continue
		}
		for _, name := range functions(t, filepath.Join("../../..", folder)) {
			seen++
			if call := filepath.Base(folder) + "." + name; !strings.Contains(cells.String(), call) && notForCells[call] == "" {
				t.Errorf("no script calls %s", call)
			}
		}
	}
	if seen < 100 {
		t.Errorf("%d functions in all, want hundreds", seen)
	}
}

// functions lists the exported functions of a package that are not generic.
func functions(t *testing.T, folder string) (names []string) {
	entries, err := os.ReadDir(folder)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if !strings.HasSuffix(e.Name(), ".go") || strings.HasSuffix(e.Name(), "_test.go") || e.Name() == "archsimd.go" {
			continue // archsimd: only in programs built for the experiment
		}
		file, err := parser.ParseFile(token.NewFileSet(), filepath.Join(folder, e.Name()), nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.FileExports(file)
		for _, d := range file.Decls {
			if f, ok := d.(*ast.FuncDecl); ok && f.Recv == nil && f.Type.TypeParams == nil {
				names = append(names, f.Name.Name)
			}
		}
	}
	return names
}
