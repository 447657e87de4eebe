package triggers

import (
	"encoding/json"
	"time"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"

	"github.com/webhook-gateway/gateway/config/diag"
	"github.com/webhook-gateway/gateway/config/schema"
	"github.com/webhook-gateway/gateway/flow"
	"github.com/webhook-gateway/gateway/internal/cron"
)

// scheduleRoot is the name under which a flow reads when it is.
const scheduleRoot = "schedule"

// What happens to ticks that no gateway was there for.
const (
	missedSkip    = "skip"
	missedRunOnce = "run_once"
)

// schedule starts a run at certain times.
type schedule struct {
	keeper
	queue

	cron     string
	timezone string
	skip     []string
	missed   string

	times *cron.Schedule
	zone  *time.Location
}

// Describe declares the block.
func (t *schedule) Describe(s *schema.Spec) {
	t.main, t.timezone, t.missed = scheduleRoot, "UTC", missedSkip
	s.Doc = "Starts a run at certain times. However many gateways share a store, a tick starts one run. The flow reads the tick's time as `schedule.time`.\n\n" +
		"Where clocks are put forward, a tick in the hour that does not exist comes at its end. Where they are put back, a schedule whose hours are `*` or `*/n` ticks in both hours, and any other in the first one."
	schema.Attr(s, &t.cron, "cron", "Minute, hour, day of month, month and day of week, as in crontab(5): lists, ranges, steps, names. Where both days are restricted either is enough. Also `L` (last day of the month), `15W` (nearest weekday), `FRI#2` (second Friday), and `@hourly`, `@daily`, `@weekly`, `@monthly`, `@yearly`.", schema.Required())
	schema.Attr(s, &t.timezone, "timezone", "The time zone of the schedule, by its IANA name such as `Europe/Berlin`.")
	schema.Attr(s, &t.skip, "skip", "Days without ticks: `2026-12-25`, or `12-25` for every year.")
	schema.Attr(s, &t.missed, "missed", "What happens after a time in which no gateway ran: `skip` leaves out the ticks in it, `run_once` makes one run for all of them, with the time of the last. A tick that is less than a minute late is never missed, nor one that a gateway was there for while runs could not be stored.", schema.OneOf(missedSkip, missedRunOnce))
	t.describeConcurrency(s, "")
	s.Check(t.check)
	s.Example(schema.Example{
		Title: "Each weekday at seven, but not at Christmas",
		HCL: `trigger "schedule" {
  cron     = "0 7 * * MON-FRI"
  timezone = "Europe/Berlin"
  skip     = ["12-25", "12-26"]
  missed   = "run_once"
}`,
	})
}

func (t *schedule) check(_ *schema.Context, d *schema.Decoded) hcl.Diagnostics {
	var diags hcl.Diagnostics
	var err error
	// "Local" would differ from machine to machine.
	if t.zone, err = time.LoadLocation(t.timezone); err != nil || t.timezone == "Local" || t.timezone == "" {
		diags = append(diags, d.Problem("timezone", "Unknown time zone", "Write the IANA name of a zone, such as \"Europe/Berlin\" or \"UTC\"."))
		t.zone = time.UTC
	}
	times, err := cron.Parse(t.cron, t.zone)
	if err != nil {
		return append(diags, d.Problem("cron", "Wrong schedule", diag.Sentence(err)))
	}
	for i, day := range t.skip {
		if _, err := times.Skip([]string{day}); err != nil {
			diags = append(diags, diag.Error(d.Element("skip", i), "Wrong day", diag.Sentence(err)))
		}
	}
	if diags.HasErrors() {
		return diags
	}
	if t.times, err = times.Skip(t.skip); err != nil || t.times.Next(time.Unix(0, 0)).IsZero() {
		diags = append(diags, d.Problem("cron", "Schedule never ticks", "There is no such day, or all of them are skipped."))
	}
	return diags
}

// Roots gives the name schedule.
func (t *schedule) Roots() map[string]cty.Type {
	return map[string]cty.Type{scheduleRoot: cty.Object(map[string]cty.Type{"time": cty.String})}
}

// Parts starts runs at the times of the schedule.
func (t *schedule) Parts(string) flow.Parts {
	return flow.Parts{
		Clock: &flow.ClockPart{Next: t.nextTick, CatchUp: t.missed == missedRunOnce, Event: t.eventOf, TimeOf: timeOf},
		Codec: t, Queue: t.limits(),
	}
}

// nextTick is the first tick after a time.
func (t *schedule) nextTick(after time.Time) time.Time { return t.times.Next(after) }

// tick is the event of a schedule.
type tick struct {
	*told
	at time.Time
}

// timeOf returns the time of a tick, zero for another event.
func timeOf(ev flow.Event) time.Time {
	e, _ := ev.(tick)
	return e.at
}

// eventOf makes the event of a tick, whose time it tells in the schedule's zone.
func (t *schedule) eventOf(at time.Time) flow.Event {
	at = at.In(t.zone)
	roots := map[string]any{scheduleRoot: map[string]any{"time": at.Format(time.RFC3339)}}
	return tick{&told{roots: roots, main: scheduleRoot}, at}
}

// Encode writes an event.
func (t *schedule) Encode(ev flow.Event) (flow.StoredEvent, error) {
	if e, ok := ev.(tick); ok {
		ev = e.told
	}
	return t.keeper.Encode(ev)
}

// Decode brings an event back.
func (t *schedule) Decode(k flow.StoredEvent, limits flow.Limits) (flow.Event, error) {
	ev, err := t.keeper.Decode(k, limits)
	if err != nil {
		return nil, err
	}
	var kept struct {
		Schedule struct {
			Time time.Time `json:"time"`
		} `json:"schedule"`
	}
	if err := json.Unmarshal(k.Variables, &kept); err != nil {
		return nil, err
	}
	return tick{ev.(*told), kept.Schedule.Time}, nil
}
