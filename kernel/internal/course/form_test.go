package course

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/weft-go/weft/kernel/internal/notebook"
)

// screen is how many lines a cell may have.
const screen = 40

var (
	links = regexp.MustCompile(`\]\(([^)#:]+\.ipynb)[^)]*\)`)
	tex   = regexp.MustCompile(`\$[^$\n]*\\[a-z]+[^$\n]*\$`)
)

// TestForm looks whether each notebook has what all of them have.
func TestForm(t *testing.T) {
	for _, path := range notebooks(t) {
		t.Run(name(path), func(t *testing.T) {
			nb, err := notebook.Load(path)
			if err != nil {
				t.Fatal(err)
			}
			spec, _ := nb.Metadata["kernelspec"].(map[string]any)
			if spec["name"] != "weft" || len(nb.Metadata) != 2 {
				t.Errorf("metadata %v: want the kernel weft, the language, and nothing of an editor", nb.Metadata)
			}
			number := name(path)[:2]
			if !strings.HasPrefix(nb.Cells[0].Source, "# "+number+" · ") {
				t.Errorf("it begins with %.40q, want its title, # %s · …", nb.Cells[0].Source, number)
			}
			has, ids := map[string]bool{}, map[string]bool{}
			for _, c := range nb.Cells {
				if n := strings.Count(c.Source, "\n") + 1; n > screen {
					t.Errorf("cell %s has %d lines: more than a screen", c.ID, n)
				}
				if c.ID == "" || ids[c.ID] {
					t.Errorf("cell id %q is empty, or stands twice", c.ID)
				}
				ids[c.ID] = true
				if c.Kind == notebook.Code {
					code(t, c, has)
				} else {
					words(t, c, has)
				}
			}
			for _, what := range []string{"parameters", "%machine", "%predict", "%verify", "exercise", "folded solution", "sources"} {
				if !has[what] {
					t.Errorf("it has no %s", what)
				}
			}
		})
	}
}

func code(t *testing.T, c *notebook.Cell, has map[string]bool) {
	if len(c.Outputs) > 0 || c.Count != nil {
		t.Errorf("cell %s is stored with what a machine has shown: clear all outputs", c.ID)
	}
	if c.Tagged("parameters") {
		has["parameters"] = strings.Contains(c.Source, "full")
	}
	for line := range strings.Lines(c.Source) {
		word, _, _ := strings.Cut(strings.TrimSpace(line), " ")
		has[word] = true
	}
	view, _ := c.Metadata["jupyter"].(map[string]any)
	if view["source_hidden"] == true {
		has["folded solution"] = true
	}
}

func words(t *testing.T, c *notebook.Cell, has map[string]bool) {
	for _, m := range links.FindAllStringSubmatch(c.Source, -1) {
		if _, err := os.Stat(filepath.Join(folder, m[1])); err != nil {
			t.Errorf("cell %s: the link to %s leads nowhere", c.ID, m[1])
		}
	}
	if m := tex.FindString(c.Source); m != "" {
		t.Errorf("cell %s: the formula %s is not plain text", c.ID, m)
	}
	for line := range strings.Lines(c.Source) {
		if strings.HasPrefix(line, "#") && strings.Contains(line, "Exercise") {
			has["exercise"] = true
		}
		if strings.Contains(line, "Sources") {
			has["sources"] = true
		}
	}
}
