package magic

import (
	"context"
	"fmt"
	"slices"
	"strings"
)

var engineMagic = &Magic{
	Name:  "engine",
	Usage: "%engine [name]",
	Short: "tell or choose what runs Go text: interp, native, or auto for both",
	Doc: `    %engine          which one is chosen, and whether cells can be compiled
    %engine auto     the default: what the interpreter runs rightly starts at
                     once, functions are compiled meanwhile and take over;
                     types, generics and all else are compiled first
    %engine interp   only the interpreter; what it can't run rightly is refused
    %engine native   every cell is compiled before it runs

Compiling needs the Go release that Weft was built with and a linker: see
"weft doctor". %%interp and %%native choose for one cell.`,
	Line: true,
	Run: func(ctx context.Context, env Env, call Call) error {
		if call.Args == "" {
			env.Stdout(env.Engine(ctx) + "\n")
			return nil
		}
		if !slices.Contains(Engines, call.Args) {
			return fmt.Errorf("%%engine: no engine %q: it is one of %s", call.Args, strings.Join(Engines, ", "))
		}
		return env.SetEngine(ctx, call.Args)
	},
}

// Engines are the names that %engine takes.
var Engines = []string{"auto", "interp", "native"}

var interpMagic = &Magic{
	Name:  "interp",
	Usage: "%%interp",
	Short: "run the cell with the interpreter",
	Doc: `What the interpreter can't run rightly is refused with the reason. Functions of
such a cell stay interpreted until %native compiles them.

    %%interp
    s := 0
    for i := range 1_000_000 {
        s += i
    }
    s`,
	Cell: true,
	Run: func(ctx context.Context, env Env, call Call) error {
		if call.Args != "" {
			return fmt.Errorf("%%%%interp takes nothing on its line: put the code below")
		}
		return env.GoOn(ctx, "interp", call.placed(call.Body))
	},
}

var nativeMagic = &Magic{
	Name:  "native",
	Usage: "%native [name ...]  %%native",
	Short: "compile functions that are defined, or the cell, with Go's compiler",
	Doc: `    %native f g      compiles f and g now and says what it took; running code
                     that calls them gets the compiled ones at its next call
    %native          what is compiled, and what still waits

    %%native
    s := 0
    for i := range 1_000_000_000 {
        s += i
    }
    s`,
	Line: true,
	Cell: true,
	Run: func(ctx context.Context, env Env, call Call) error {
		if !call.Cell {
			text, err := env.Compile(ctx, strings.Fields(call.Args))
			if err == nil {
				env.Stdout(text)
			}
			return err
		}
		if call.Args != "" {
			return fmt.Errorf("%%%%native takes nothing on its line: put the code below, or write %%native %s", call.Args)
		}
		return env.GoOn(ctx, "native", call.placed(call.Body))
	},
}
