package magic

import "context"

var memitMagic = &Magic{
	Name:  "memit",
	Usage: "%memit [-r R] [-engine E] statement  %%memit [options]",
	Short: "peak memory of a statement: resident memory and Go heap",
	Doc: `Runs the statement, or the whole cell, and shows the peak of the process's resident
memory and by how much that is above what there was before, and what was in the Go
heap. Before each run garbage is collected and free memory given back to the
system. A MiB is 2^20 bytes. Names that the code defines are its own, as in
%timeit.

    -r R        runs (default 1); the largest increment is told
    -engine E   auto, interp or native

    %memit make([]byte, 50<<20)`,
	Line: true,
	Cell: true,
	Run: func(ctx context.Context, env Env, call Call) error {
		runs, engine := 1, ""
		rest, err := call.flagsOf(numberFlag("-r", 1, 1000, &runs), engineFlag(&engine))
		if err != nil {
			return err
		}
		code, err := call.ranText(rest)
		if err != nil {
			return err
		}
		_, err = env.Measure(ctx, Measurement{Kind: "memit", Options: runs, Bodies: []Body{{Code: code}}, Engine: engine})
		return err
	},
}
