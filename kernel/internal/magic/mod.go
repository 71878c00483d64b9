package magic

import (
	"context"
	"errors"
	"fmt"
)

var modMagic = &Magic{
	Name:  "mod",
	Usage: "%mod  %mod tidy",
	Short: "show the notebook's go.mod, or drop what no cell imports",
	Doc: `%get adds modules. %mod tidy keeps those that live names of the notebook and
loaded packages come from, as go mod tidy does for a program.`,
	Line: true,
	Run: func(ctx context.Context, env Env, call Call) error {
		modules, ok := env.(Modules)
		if !ok {
			return errors.New("%mod: this notebook can have no modules")
		}
		switch call.Args {
		case "":
		case "tidy":
			if err := modules.Tidy(ctx); err != nil {
				return err
			}
		default:
			return fmt.Errorf("%%mod %s: there are %%mod and %%mod tidy; %%get adds modules", call.Args)
		}
		text, err := modules.GoMod(ctx)
		if err != nil {
			return err
		}
		env.Stdout(text)
		return nil
	},
}
