//! A few threads that carry out jobs, the urgent ones first.

use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread::JoinHandle;

type Job = Box<dyn FnOnce() + Send>;

/// How soon a job is begun.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Urgency {
    /// Somebody waits for it while typing.
    Now,
    /// It may wait: whole workspaces, files that are not looked at.
    Later,
    /// It takes as long as something outside does, in a thread of its own.
    Apart,
}

#[derive(Default)]
struct Queue {
    now: VecDeque<Job>,
    later: VecDeque<Job>,
    closed: bool,
    /// Threads that work on a `Later` job.
    slow: usize,
}

#[derive(Default)]
struct Shared {
    queue: Mutex<Queue>,
    changed: Condvar,
}

/// The threads. Without any, jobs are carried out by who gives them, at once.
pub(crate) struct Pool {
    shared: Arc<Shared>,
    threads: Vec<JoinHandle<()>>,
    /// Those of jobs that are carried out apart.
    apart: Mutex<Vec<JoinHandle<()>>>,
}

impl Pool {
    /// A pool of so many threads.
    #[must_use]
    pub(crate) fn new(threads: usize) -> Self {
        let shared = Arc::new(Shared::default());
        let spawn = |number| {
            let shared = Arc::clone(&shared);
            std::thread::Builder::new()
                .name(format!("request {number}"))
                // Deep expressions and types are walked by recursion, limited in depth.
                .stack_size(16 << 20)
                .spawn(move || work(&shared, threads))
                .ok()
        };
        let threads = (0..threads).filter_map(spawn).collect();
        Self {
            shared,
            threads,
            apart: Mutex::default(),
        }
    }

    /// Gives a job.
    pub(crate) fn give(&self, urgency: Urgency, job: impl FnOnce() + Send + 'static) {
        if self.threads.is_empty() {
            job();
            return;
        }
        let job = match urgency {
            Urgency::Apart => match self.give_apart(Box::new(job)) {
                Some(job) => job,
                None => return,
            },
            Urgency::Now | Urgency::Later => Box::new(job),
        };
        let mut queue = lock(&self.shared.queue);
        match urgency {
            Urgency::Now => queue.now.push_back(job),
            Urgency::Later | Urgency::Apart => queue.later.push_back(job),
        }
        drop(queue);
        self.shared.changed.notify_one();
    }

    /// Gives a job a thread of its own; gives it back when there is none to be had.
    fn give_apart(&self, job: Job) -> Option<Job> {
        let given = Arc::new(Mutex::new(Some(job)));
        let taken = Arc::clone(&given);
        let thread = std::thread::Builder::new().name("command".to_owned());
        let spawned = thread.spawn(move || {
            let job = lock(&taken).take();
            let _ = job.map(|job| catch_unwind(AssertUnwindSafe(job)));
        });
        match spawned {
            Ok(thread) => {
                let mut apart = lock(&self.apart);
                apart.retain(|thread| !thread.is_finished());
                apart.push(thread);
                None
            }
            Err(_) => lock(&given).take(),
        }
    }
}

impl Drop for Pool {
    /// Jobs that were not begun are dropped; those that were are waited for.
    fn drop(&mut self) {
        let mut queue = lock(&self.shared.queue);
        queue.closed = true;
        queue.now.clear();
        queue.later.clear();
        drop(queue);
        self.shared.changed.notify_all();
        let apart = std::mem::take(&mut *lock(&self.apart));
        for thread in self.threads.drain(..).chain(apart) {
            let _ = thread.join();
        }
    }
}

fn work(shared: &Shared, threads: usize) {
    while let Some((job, slow)) = next(shared, threads) {
        // A job answers for its own faults; here only the thread is kept.
        let _ = catch_unwind(AssertUnwindSafe(job));
        if slow {
            lock(&shared.queue).slow -= 1;
            shared.changed.notify_one();
        }
    }
}

/// The next job; slow ones never take all threads.
fn next(shared: &Shared, threads: usize) -> Option<(Job, bool)> {
    let mut queue = lock(&shared.queue);
    loop {
        if let Some(job) = queue.now.pop_front() {
            return Some((job, false));
        }
        if (queue.slow + 1 < threads || threads == 1)
            && let Some(job) = queue.later.pop_front()
        {
            queue.slow += 1;
            return Some((job, true));
        }
        if queue.closed {
            return None;
        }
        queue = shared
            .changed
            .wait(queue)
            .unwrap_or_else(PoisonError::into_inner);
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use super::*;

    #[test]
    fn jobs_are_carried_out_also_after_one_that_panicked() {
        for threads in [1, 2, 4] {
            let pool = Pool::new(threads);
            let (sender, receiver) = mpsc::channel();
            for number in 0..20 {
                let sender = sender.clone();
                let urgency = [Urgency::Now, Urgency::Later][number % 2];
                pool.give(urgency, move || {
                    assert!(number % 5 != 0, "on purpose");
                    sender.send(number).unwrap();
                });
            }
            let mut seen: Vec<_> = (0..16).map(|_| receiver.recv().unwrap()).collect();
            seen.sort_unstable();
            let wanted: Vec<_> = (0..20).filter(|n| n % 5 != 0).collect();
            assert_eq!(seen, wanted);
        }
    }

    #[test]
    fn slow_jobs_leave_a_thread_to_quick_ones() {
        let pool = Pool::new(2);
        let (release, held) = mpsc::channel::<()>();
        let held = Arc::new(Mutex::new(held));
        for _ in 0..3 {
            let held = Arc::clone(&held);
            pool.give(Urgency::Later, move || {
                let _ = held.lock().unwrap().recv();
            });
        }
        let (sender, receiver) = mpsc::channel();
        pool.give(Urgency::Now, move || sender.send(()).unwrap());
        receiver.recv().unwrap();
        drop(release);
    }

    #[test]
    fn without_threads_jobs_are_done_at_once() {
        let (sender, receiver) = mpsc::channel();
        Pool::new(0).give(Urgency::Later, move || sender.send(1).unwrap());
        assert_eq!(receiver.try_recv(), Ok(1));
    }
}
