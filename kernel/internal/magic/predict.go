package magic

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/weft-go/weft/kernel/measure"
)

// guessNote is the note under which the last guess is remembered.
const guessNote = "guess"

var predictMagic = &Magic{
	Name:  "predict",
	Usage: "%predict expression 0.3s  %predict a / b 2x",
	Short: "say what you think it takes, before it is measured by %verify",
	Doc: `    %predict fib(30) 5ms             a time
    %predict rows(m) / columns(m) 4x   the first is so many times as fast
    %verify                          measures it and scores the guess`,
	Line: true,
	Run: func(ctx context.Context, env Env, call Call) error {
		g, err := measure.ParseGuess(call.Args)
		if err != nil {
			return fmt.Errorf("%%predict: %w", err)
		}
		note, err := json.Marshal(g)
		if err != nil {
			return err
		}
		env.Note(guessNote, string(note))
		_, err = env.Measure(ctx, Measurement{Kind: "predict", Options: g})
		return err
	},
}

var verifyMagic = &Magic{
	Name:  "verify",
	Usage: "%verify",
	Short: "measure what %predict was about, and score the guess",
	Doc: `Measures as %timeit or %compare do and tells how far the guess was from the
figure, on a logarithmic scale: half and double are equally wrong.
` + measuringDoc,
	Line: true,
	Run: func(ctx context.Context, env Env, call Call) error {
		var m measuring
		rest, err := cutFlags(call.Args, m.flags()...)
		if err != nil {
			return fmt.Errorf("%%verify %w", err)
		}
		if rest != "" {
			return fmt.Errorf("%%verify measures the last prediction and takes only options, not %q: %%predict comes first", rest)
		}
		note := env.Noted(guessNote)
		if note == "" {
			return errors.New("nothing has been predicted: begin with a guess, such as %predict f(10) 0.3s")
		}
		var o struct {
			Options measure.Options `json:"options"`
			Guess   measure.Guess   `json:"guess"`
		}
		if err := json.Unmarshal([]byte(note), &o.Guess); err != nil {
			return err
		}
		o.Options = m.Options
		var bodies []Body
		for _, text := range o.Guess.Texts {
			bodies = append(bodies, Body{Name: text, Code: called(env, text, "")})
		}
		_, err = env.Measure(ctx, Measurement{Kind: "verify", Options: o, Bodies: bodies, Engine: m.engine})
		return err
	},
}
