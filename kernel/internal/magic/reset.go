package magic

import (
	"context"
	"errors"
	"fmt"
)

var resetMagic = &Magic{
	Name:  "reset",
	Usage: "%reset",
	Short: "forget every name and start a new session",
	Doc: `Ends the session with its variables and goroutines and starts an empty one.
The folder (%cd), the environment (%env) and the history stay.`,
	Line: true,
	Run: func(ctx context.Context, env Env, call Call) error {
		if call.Args != "" && call.Args != "-f" {
			return errors.New("%reset takes no arguments: it forgets everything")
		}
		n := len(env.Names())
		if err := env.Reset(ctx); err != nil {
			return fmt.Errorf("reset the session: %w", err)
		}
		env.Stdout(fmt.Sprintf("Forgot %s; the session is new.\n", count(n, "name")))
		return nil
	},
}

// count writes a number with its noun.
func count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}
