// Package nbody moves bodies that attract each other, every one every other: n²
// forces per step.
//
//	s := nbody.New(1000, 1)
//	nbody.Serial(s, 100, 1.0/1024)        // 100 steps
//	nbody.GoroutineSIMD(s, 100, 1.0/1024, 2) // 100 more, in vectors on two workers
//	s.Energy()                            // hardly changed
//
// The gravitational constant is 1. The force is softened as Plummer did (Monthly
// Notices of the RAS 71, 1911): the acceleration by a body of mass m at the distance d
// is m·d/(d²+ε²)^1.5, so that close encounters need no smaller steps and a body
// does not attract itself. Time goes on by the leapfrog scheme (kick, drift, kick),
// which keeps the energy near its value: Aarseth, "Gravitational N-Body
// Simulations", Cambridge 2003, chapters 1 and 2.
//
// Variants add forces in different orders and the vector ones fuse
// multiplications with additions, so positions differ in the last digits, and
// more with every step: the system is chaotic. NaN and infinities in one body
// reach all others within a step.
//
// Every function but those that return an error panics before any work if a
// System's slices differ in length or overlap, or an argument is out of range.
// Interrupted, they leave the System somewhere within the steps.
package nbody

import (
	"context"
	"errors"
	"fmt"
	"math"
	"unsafe"

	"github.com/weft-go/weft/kernels/internal/mem"
	"github.com/weft-go/weft/kernels/internal/poll"
	"github.com/weft-go/weft/kernels/internal/rng"
)

// A System is bodies in space: body i has the place X[i], Y[i], Z[i], the
// velocity VX[i], VY[i], VZ[i] and the mass Mass[i].
type System struct {
	X, Y, Z, VX, VY, VZ, Mass []float64
	Soft                      float64 // ε, a length > 0
}

// maxBodies keeps a slip of the keyboard from taking hours: a step of so many
// takes a minute and more.
const maxBodies = 1 << 20

// New returns n bodies, spread evenly in a ball of radius 1 by the seed, that
// turn slowly about the z axis; together they have the mass 1, and ε is 0.05. It
// panics if n is negative or above 1048576.
func New(n int, seed uint64) *System {
	if err := checkCount(n); err != nil {
		panic(fmt.Errorf("nbody: %w", err))
	}
	s := &System{Soft: 0.05}
	for _, x := range s.slices() {
		*x.data = mem.Make[float64](n)
	}
	draw := uint64(0)
	next := func() float64 { // in [-1, 1)
		draw++
		return float64(int64(rng.At(seed, draw-1))>>10) / (1 << 53)
	}
	for i := range n {
		for {
			s.X[i], s.Y[i], s.Z[i] = next(), next(), next()
			if s.X[i]*s.X[i]+s.Y[i]*s.Y[i]+s.Z[i]*s.Z[i] < 1 {
				break
			}
		}
		s.VX[i], s.VY[i] = -0.5*s.Y[i], 0.5*s.X[i]
		s.Mass[i] = 1 / float64(n)
	}
	return s
}

// Len returns the number of bodies.
func (s *System) Len() int { return len(s.Mass) }

// Energy returns the kinetic plus the (softened) potential energy. It takes n²/2
// square roots.
func (s *System) Energy() float64 {
	mustBeFine(s, 0, 0, 0)
	e := 0.0
	for i, m := range s.Mass {
		e += m / 2 * (s.VX[i]*s.VX[i] + s.VY[i]*s.VY[i] + s.VZ[i]*s.VZ[i])
		for j := range i {
			dx, dy, dz := s.X[j]-s.X[i], s.Y[j]-s.Y[i], s.Z[j]-s.Z[i]
			e -= m * s.Mass[j] / math.Sqrt(dx*dx+dy*dy+dz*dz+s.Soft*s.Soft)
		}
	}
	return e
}

// Checksum returns Σ (i mod 7 + 1)·(x² + y² + z² + vx² + vy² + vz²): all
// terms are positive, so that nothing cancels.
func (s *System) Checksum() float64 {
	sum := 0.0
	for i := range s.Mass {
		w := float64(i%7 + 1)
		for _, x := range [...][]float64{s.X, s.Y, s.Z, s.VX, s.VY, s.VZ} {
			sum += w * x[i] * x[i]
		}
	}
	return sum
}

// copyFrom makes s what t is; both have the same number of bodies.
func (s *System) copyFrom(t *System) {
	from := t.slices()
	for i, x := range s.slices() {
		copy(*x.data, *from[i].data)
	}
	s.Soft = t.Soft
}

// A field is one of a System's slices with its name.
type field struct {
	name string
	data *[]float64
}

func (s *System) slices() [7]field {
	return [7]field{
		{"X", &s.X}, {"Y", &s.Y}, {"Z", &s.Z}, {"VX", &s.VX}, {"VY", &s.VY}, {"VZ", &s.VZ}, {"Mass", &s.Mass},
	}
}

func checkCount(n int) error {
	if n < 0 || n > maxBodies {
		return fmt.Errorf("number of bodies %d is not in [0, %d]", n, maxBodies)
	}
	return nil
}

// check checks the arguments of a simulation.
func check(s *System, steps int, dt float64, workers int) error {
	if s == nil {
		return errors.New("nil system")
	}
	if err := checkCount(len(s.Mass)); err != nil {
		return err
	}
	fields := s.slices()
	for i, f := range fields {
		if len(*f.data) != len(s.Mass) {
			return fmt.Errorf("%s has %d elements, Mass has %d", f.name, len(*f.data), len(s.Mass))
		}
		for _, g := range fields[:i] {
			if overlap(*f.data, *g.data) {
				return fmt.Errorf("%s overlaps %s", f.name, g.name)
			}
		}
	}
	switch {
	case !(s.Soft > 0) || math.IsInf(s.Soft, 1):
		return fmt.Errorf("softening length Soft = %v is not positive", s.Soft)
	case steps < 0:
		return fmt.Errorf("negative number of steps %d", steps)
	case math.IsNaN(dt) || math.IsInf(dt, 0):
		return fmt.Errorf("time step dt = %v", dt)
	case workers < 0:
		return fmt.Errorf("negative number of workers %d", workers)
	}
	return nil
}

// overlap reports whether x and y share memory.
func overlap(x, y []float64) bool {
	if len(x) == 0 || len(y) == 0 {
		return false
	}
	x0, y0 := uintptr(unsafe.Pointer(&x[0])), uintptr(unsafe.Pointer(&y[0]))
	return x0 < y0+uintptr(len(y))*8 && y0 < x0+uintptr(len(x))*8
}

func mustBeFine(s *System, steps int, dt float64, workers int) {
	if err := check(s, steps, dt, workers); err != nil {
		panic(fmt.Errorf("nbody: %w", err))
	}
}

// A run is steps of a System under way.
type run struct {
	*System
	ax, ay, az []float64
	dt         float64
	p          poll.Poll
}

func newRun(s *System, dt float64) *run {
	n := s.Len()
	return &run{System: s, dt: dt, ax: mem.Make[float64](n), ay: mem.Make[float64](n), az: mem.Make[float64](n)}
}

// advance goes on by steps; pull fills in the accelerations of all bodies. It
// returns why it was stopped, if it was, or pull's error.
func (r *run) advance(ctx context.Context, steps int, pull func(ctx context.Context) error) error {
	r.p = poll.New(ctx)
	if r.p.Stopped() {
		return r.p.Err()
	}
	if steps == 0 {
		return nil
	}
	if err := r.pulled(ctx, pull); err != nil {
		return err
	}
	for range steps {
		r.kick()
		r.drift()
		if err := r.pulled(ctx, pull); err != nil {
			return err
		}
		r.kick()
	}
	return nil
}

// pulled calls pull and makes sure that it came to the end.
func (r *run) pulled(ctx context.Context, pull func(ctx context.Context) error) error {
	if err := pull(ctx); err != nil {
		return err
	}
	return r.p.Err()
}

// kick changes velocities as accelerations do in half a step.
func (r *run) kick() {
	h := r.dt / 2
	for i := range r.Mass {
		r.VX[i] += h * r.ax[i]
		r.VY[i] += h * r.ay[i]
		r.VZ[i] += h * r.az[i]
	}
}

// drift moves the bodies for a step.
func (r *run) drift() {
	for i := range r.Mass {
		r.X[i] += r.dt * r.VX[i]
		r.Y[i] += r.dt * r.VY[i]
		r.Z[i] += r.dt * r.VZ[i]
	}
}

// pairs is after how many pairs of bodies to ask whether to stop: about 0.3 ms.
const pairs = 1 << 16

// pullPlain sets the accelerations of bodies [lo, hi).
func (r *run) pullPlain(lo, hi int) {
	often := max(pairs/max(r.Len(), 1), 1)
	for i := lo; i < hi; i++ {
		if (i-lo)%often == 0 && r.p.Stopped() {
			return
		}
		at := [3]float64{r.X[i], r.Y[i], r.Z[i]}
		r.ax[i], r.ay[i], r.az[i] = attract(at, r.Soft*r.Soft, r.X, r.Y, r.Z, r.Mass)
	}
}

// attract returns the acceleration at a place by bodies.
func attract(at [3]float64, soft2 float64, x, y, z, mass []float64) (ax, ay, az float64) {
	n := len(mass)
	x, y, z = x[:n], y[:n], z[:n]
	for j, m := range mass {
		dx, dy, dz := x[j]-at[0], y[j]-at[1], z[j]-at[2]
		d2 := dx*dx + dy*dy + dz*dz + soft2
		f := m / (d2 * math.Sqrt(d2))
		ax += f * dx
		ay += f * dy
		az += f * dz
	}
	return ax, ay, az
}
