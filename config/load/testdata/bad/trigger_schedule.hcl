flow "a" {
  trigger "schedule" {} # error: Missing attribute: "cron" is required
  action "log" "b" { message = schedule.time }
}
flow "c" {
  trigger "schedule" { cron = "0 7 * *" } # error: Wrong schedule: five fields
}
flow "d" {
  trigger "schedule" { cron = "61 * * * *" } # error: Wrong schedule: 61
}
flow "e" {
  trigger "schedule" { cron = "@every 5m" } # error: Wrong schedule: "*/5 * * * *"
}
flow "f" {
  trigger "schedule" { cron = "0 0 30 2 *" } # error: Schedule never ticks: No such day
}
flow "g" {
  trigger "schedule" {
    cron     = "@daily"
    timezone = "Europe/Berln" # error: Unknown time zone: "Europe/Berlin"
    skip     = ["12-25", "25.12."] # error: Wrong day: 2026-12-25
  }
}
flow "i" {
  trigger "schedule" {
    cron   = "@daily"
    missed = "run" # error: Wrong value for "missed": "run_once"
  }
}
flow "k" {
  trigger "schedule" {
    cron = "@daily"
    concurrency {
      overflow = "skip"
      queue    = 5 # error: Queue without runs: Remove queue
    }
  }
}
flow "l" {
  trigger "webhook" {
    path = "/l"
    concurrency {
      overflow = "skip" # error: Wrong value for "overflow": "reject", "drop_oldest"
    }
  }
}
flow "j" {
  trigger "schedule" { cron = "@daily" }
  action "respond" "r" {} # error: No caller to answer: trigger "schedule" has no caller. Remove the action.
}
flow "h" {
  trigger "schedule" { cron = "0 0 25 12 *" }
  action "log" "a" { message = schedule.now } # error: Unknown name: now
}
