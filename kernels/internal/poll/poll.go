// Package poll is how kernels notice that they shall stop: because their
// context ended or because the cell was interrupted.
package poll

import (
	"context"

	"github.com/weft-go/weft/runtime/interrupt"
)

// A Poll is asked between blocks of work. Any number of goroutines may ask the
// same one.
type Poll struct{ ctx, cell context.Context }

// New returns a Poll for a run that begins now. An interrupt from now on stops
// it, also if it asks only after the next cell has begun.
func New(ctx context.Context) Poll { return Poll{ctx, interrupt.Context()} }

// Stopped reports whether the run shall end. It costs some nanoseconds.
func (p Poll) Stopped() bool { return p.cell.Err() != nil || p.ctx.Err() != nil }

// Err returns why, and nil if the run may go on.
func (p Poll) Err() error {
	if p.ctx.Err() != nil {
		return context.Cause(p.ctx)
	}
	return context.Cause(p.cell)
}
