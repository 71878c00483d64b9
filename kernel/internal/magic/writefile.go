package magic

import (
	"context"
	"errors"
	"fmt"
	"strings"
)

var writefileMagic = &Magic{
	Name:  "writefile",
	Usage: "%%writefile [-a] file",
	Short: "write the cell to a file; -a appends",
	Doc: `The file is relative to the session's folder; ~ and $NAME are expanded. An
existing file is replaced.

    %%writefile data/points.csv
    x,y
    1,2`,
	Cell: true,
	Run: func(ctx context.Context, env Env, call Call) error {
		name, args := call.Args, map[string]string{"text": call.Body}
		if rest, ok := strings.CutPrefix(name, "-a"); ok && (rest == "" || rest[0] == ' ' || rest[0] == '\t') {
			name = strings.TrimSpace(rest)
			args["append"] = "1"
		}
		if name == "" {
			return errors.New("%%writefile needs the name of the file, such as %%writefile notes.txt")
		}
		vars, err := env.Op(ctx, "environ", nil)
		if err != nil {
			return fmt.Errorf("read the environment: %w", err)
		}
		args["path"] = expandPath(name, vars)
		res, err := env.Op(ctx, "writefile", args)
		if err != nil {
			return err
		}
		verb := "Wrote"
		if args["append"] != "" {
			verb = "Appended"
		}
		env.Stdout(fmt.Sprintf("%s %s bytes to %s\n", verb, res["bytes"], res["path"]))
		return nil
	},
}
