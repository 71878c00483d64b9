package magic

import (
	"context"
	"errors"
	"fmt"
)

var cdMagic = &Magic{
	Name:  "cd",
	Usage: "%cd [folder]  %cd -",
	Short: "change the session's folder; - goes back, nothing goes home",
	Doc: `The folder counts for cells, !command and %%bash, and outlives a session that
dies. ~ and $NAME are expanded.`,
	Line: true,
	Run:  runCd,
}

var pwdMagic = &Magic{
	Name:  "pwd",
	Usage: "%pwd",
	Short: "show the session's folder",
	Line:  true,
	Run: func(ctx context.Context, env Env, call Call) error {
		if call.Args != "" {
			return errors.New("%pwd takes no arguments; %cd folder changes the folder")
		}
		res, err := env.Op(ctx, "chdir", map[string]string{"dir": "."})
		if err != nil {
			return err
		}
		env.Stdout(res["dir"] + "\n")
		return nil
	},
}

// runCd keeps the folder it leaves in OLDPWD and the new one in PWD, as
// shells do (POSIX, cd): so "-" works across sessions and in !cd as well.
func runCd(ctx context.Context, env Env, call Call) error {
	vars, err := env.Op(ctx, "environ", nil)
	if err != nil {
		return err
	}
	var dir string
	switch call.Args {
	case "":
		if dir = vars["HOME"]; dir == "" {
			return errors.New("%cd: there is no home folder (HOME is not set): name a folder")
		}
	case "-":
		if dir = vars["OLDPWD"]; dir == "" {
			return errors.New("%cd -: there is no folder to go back to yet")
		}
	default:
		dir = expandPath(call.Args, vars)
	}
	// The old folder may be gone by now; that is no reason to stay in it.
	old, oldErr := env.Op(ctx, "chdir", map[string]string{"dir": "."})
	res, err := env.Op(ctx, "chdir", map[string]string{"dir": dir})
	if err != nil {
		return err
	}
	changes := [][2]string{{"PWD", res["dir"]}}
	if oldErr == nil {
		changes = append(changes, [2]string{"OLDPWD", old["dir"]})
	}
	for _, c := range changes {
		if _, err := env.Op(ctx, "setenv", map[string]string{"name": c[0], "value": c[1]}); err != nil {
			return fmt.Errorf("remember the folder: %w", err)
		}
	}
	env.Stdout(res["dir"] + "\n")
	return nil
}
