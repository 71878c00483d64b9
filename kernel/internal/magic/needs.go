package magic

import (
	"context"
	"fmt"
	"strings"
)

var needsMagic = &Magic{
	Name:  "needs",
	Usage: "%%needs toolchain",
	Short: "skip the cell where there is no Go toolchain, and say so",
	Doc: `For notebooks that are to run everywhere: a cell that only makes sense compiled is
left out, with the reason, where nothing can be compiled, instead of failing. Where
it can, the cell runs as if the line were not there; another magic may follow.

    %%needs toolchain
    %%native
    s := 0
    for i := range 1_000_000_000 {
        s += i
    }
    s

Cells are not compiled either while %engine interp is chosen.`,
	Cell:  true,
	Wraps: true,
	Run: func(ctx context.Context, env Env, call Call) error {
		if call.Args != "toolchain" {
			return fmt.Errorf("%%%%needs knows only %%%%needs toolchain, not %q", call.Args)
		}
		if err := env.Compiles(ctx); err != nil {
			env.Stdout("skipped: this cell is to be compiled, but " + err.Error() + "\n")
			return nil
		}
		return env.Cell(ctx, strings.Repeat("\n", call.Line)+call.Body)
	},
}
