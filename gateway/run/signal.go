package run

// Signal wakes a loop. Signals that are sent before the loop receives one merge
// into one.
type Signal struct{ c chan struct{} }

// NewSignal returns a signal that was not sent yet.
func NewSignal() *Signal { return &Signal{make(chan struct{}, 1)} }

// Send wakes the loop, now or when it next waits.
func (s *Signal) Send() {
	select {
	case s.c <- struct{}{}:
	default: // one is waiting already
	}
}

// C returns the channel on which the loop receives.
func (s *Signal) C() <-chan struct{} { return s.c }
