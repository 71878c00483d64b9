package magic

import (
	"context"
	"errors"
	"fmt"
	"strings"
)

var bangMagic = &Magic{
	Name:  "!",
	Usage: "!command",
	Short: "run a shell command; its output is the cell's",
	Doc: `Runs in the session's folder and environment; an interrupt ends the command
and all it started. The cell goes on when the command fails and says so;
%%bash and %%sh stop the cell in this case.

    !go version
    !ls -l | head -5`,
	Line: true,
	Run: func(ctx context.Context, env Env, call Call) error {
		if strings.TrimSpace(call.Args) == "" {
			return errors.New("! needs a command, such as !ls")
		}
		code, err := shell(ctx, env, "sh", call.Args)
		if err != nil {
			return err
		}
		if code != "0" {
			env.Stderr("exit status " + code + "\n")
		}
		return nil
	},
}

var shMagic = &Magic{
	Name:  "sh",
	Usage: "%%sh",
	Short: "run the cell with sh; it fails when the last command fails",
	Doc: `Runs in the session's folder and environment. A variable or folder that the
script changes is gone with it: use %env and %cd for what should stay.`,
	Cell: true,
	Run:  script("sh"),
}

var bashMagic = &Magic{
	Name:  "bash",
	Usage: "%%bash",
	Short: "run the cell with bash; it fails when the last command fails",
	Doc: `Runs in the session's folder and environment. A variable or folder that the
script changes is gone with it: use %env and %cd for what should stay. Begin
with "set -e" to stop at the first command that fails.`,
	Cell: true,
	Run:  script("bash"),
}

// script returns what runs a cell's body with the shell called name.
func script(name string) func(context.Context, Env, Call) error {
	return func(ctx context.Context, env Env, call Call) error {
		if call.Args != "" {
			return fmt.Errorf("%%%%%s takes nothing on its line, not %q: put the script below", name, call.Args)
		}
		code, err := shell(ctx, env, name, call.Body)
		if err != nil {
			return err
		}
		if code != "0" {
			return fmt.Errorf("%s: exit status %s", name, code)
		}
		return nil
	}
}

// shell runs text and returns its exit status.
func shell(ctx context.Context, env Env, name, text string) (code string, err error) {
	res, err := env.Op(ctx, "shell", map[string]string{"cmd": text, "shell": name})
	if err != nil {
		return "", fmt.Errorf("run %s: %w", name, err)
	}
	return res["code"], nil
}
