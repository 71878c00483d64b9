package magic

import (
	"context"
	"fmt"
	"strings"
	"testing"
)

// modular is a notebook that has modules.
type modular struct{ *notebook }

func (n modular) Get(_ context.Context, args ...string) error {
	fmt.Fprintf(&n.log, "get %q\n", args)
	return nil
}

func (n modular) Replace(_ context.Context, path, dir, typed string) error {
	fmt.Fprintf(&n.log, "replace %q => %q typed %q\n", path, dir, typed)
	return nil
}

func (n modular) Tidy(context.Context) error {
	n.log.WriteString("tidy\n")
	return nil
}

func (n modular) GoMod(context.Context) (string, error) { return "module nb\n", nil }

func TestGetAndMod(t *testing.T) {
	for _, tt := range []struct{ cell, want, err string }{
		{cell: "%get gonum.org/v1/gonum/stat", want: `get ["gonum.org/v1/gonum/stat"]`},
		{cell: "%get -u example.com/a@v1.2.0 example.com/b", want: `get ["-u" "example.com/a@v1.2.0" "example.com/b"]`},
		{cell: "%get", err: "such as %get gonum.org/v1/gonum/stat"},
		{cell: "%get -v example.com/a", err: "has no option -v"},
		{cell: "%get https://example.com/a", err: "write the module's path without it, example.com/a"},
		{cell: "%get example.com/a => ../a", want: `replace "example.com/a" => "/a" typed "../a"`},
		{cell: "%get replace example.com/a => ../a", want: `replace "example.com/a" => "/a" typed "../a"`},
		{cell: "%get replace example.com/a=./a", want: `replace "example.com/a" => "/books/a" typed "./a"`},
		{cell: "%get example.com/a@v1.0.0 => ~/a", want: `replace "example.com/a" => "/home/ada/a" typed "~/a"`},
		{cell: "%get example.com/a => $DATA/a", want: `replace "example.com/a" => "/data/a" typed "$DATA/a"`},
		{cell: "%get example.com/a => sub", want: `replace "example.com/a" => "/books/sub" typed "sub"`},
		{cell: "%get ../a", want: `replace "" => "/a" typed "../a"`},
		{cell: "%get example.com/a =>", err: "name a folder"},
		{cell: "%get example.com/a => example.com/b@v1.0.0", err: "name a folder"},
		{cell: "%mod", want: `out "module nb\n"`},
		{cell: "%mod tidy", want: "tidy\n" + `out "module nb\n"`},
		{cell: "%mod init", err: "there are %mod and %mod tidy"},
	} {
		segs, err := Split(tt.cell)
		if err != nil || len(segs) != 1 || segs[0].Call == nil {
			t.Fatalf("Split(%q) = %v, %v; want one magic", tt.cell, segs, err)
		}
		nb := modular{newNotebook()}
		err = Magics.Run(t.Context(), nb, *segs[0].Call)
		if tt.err != "" {
			if err == nil || !strings.Contains(err.Error(), tt.err) {
				t.Errorf("%s: error = %v, want %q in it", tt.cell, err, tt.err)
			}
			continue
		}
		if err != nil {
			t.Errorf("%s: %v", tt.cell, err)
			continue
		}
		if got := strings.TrimRight(nb.log.String(), "\n"); got != tt.want {
			t.Errorf("%s: got\n%s\nwant\n%s", tt.cell, got, tt.want)
		}
		if err := Magics.Run(t.Context(), newNotebook(), *segs[0].Call); err == nil {
			t.Errorf("%s: no error without modules", tt.cell)
		}
	}
}
