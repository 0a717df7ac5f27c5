// What Apple's runtime has and GCC's lacks: reference counting, autorelease pools, weak references; and NSObject.
#include "fake.h"
#include <execinfo.h>
#include <unistd.h>

static pthread_t main_thread;
__attribute__((constructor(101))) static void remember_main(void) { main_thread = pthread_self(); }
// GCC's runtime joins classes with their superclasses when it is first asked for one; objc2 does not ask, since it has
// their symbols.
void fake_begin(void) { class_getSuperclass(objc_getClass("NSObject")); class_getSuperclass(objc_getClass("NSAlert")); }
bool is_main_thread(void) { return pthread_equal(main_thread, pthread_self()); }

static void end(const char *kind, const char *name, const char *reason) {
    fprintf(stderr, "%s: %s: %s\n", kind, name, reason);
    void *frames[40];
    if (getenv("FAKE_BACKTRACE")) backtrace_symbols_fd(frames, backtrace(frames, 40), 2);
    // 134 is what a shell shows for an abort; without its core.
    _exit(134);
}
void raise_exception(const char *name, const char *reason) { end("exception", name, reason); __builtin_unreachable(); }
void broken(const char *rule) { end("broken rule", "fake", rule); __builtin_unreachable(); }
void on_main_thread(const char *what) {
    if (!is_main_thread()) raise_exception("NSInternalInconsistencyException", what);
}

// --- weak references: a place is cleared when its object goes -------------------------------------------------------

struct weak { id *place; id object; struct weak *next; };
static struct weak *weaks;
static pthread_mutex_t weak_lock = PTHREAD_MUTEX_INITIALIZER;

static void forget_place(id *place) {
    for (struct weak **at = &weaks; *at;)
        if ((*at)->place == place) { struct weak *gone = *at; *at = gone->next; free(gone); }
        else at = &(*at)->next;
}
id objc_storeWeak(id *place, id object) {
    pthread_mutex_lock(&weak_lock);
    forget_place(place);
    *place = object;
    if (object) {
        struct weak *new = malloc(sizeof *new);
        *new = (struct weak){place, object, weaks};
        weaks = new;
    }
    pthread_mutex_unlock(&weak_lock);
    return object;
}
id objc_initWeak(id *place, id object) { return objc_storeWeak(place, object); }
void objc_destroyWeak(id *place) { objc_storeWeak(place, nil); }
id objc_loadWeakRetained(id *place) {
    pthread_mutex_lock(&weak_lock);
    id object = [*place retain];
    pthread_mutex_unlock(&weak_lock);
    return object;
}
void objc_copyWeak(id *to, id *from) { objc_storeWeak(to, *from); }
void objc_moveWeak(id *to, id *from) { objc_storeWeak(to, *from); objc_storeWeak(from, nil); }
static void clear_weak(id object) {
    pthread_mutex_lock(&weak_lock);
    for (struct weak **at = &weaks; *at;)
        if ((*at)->object == object) { struct weak *gone = *at; *gone->place = nil; *at = gone->next; free(gone); }
        else at = &(*at)->next;
    pthread_mutex_unlock(&weak_lock);
}

// --- autorelease pools ----------------------------------------------------------------------------------------------

static __thread struct { id *objects; size_t count, room, depth; } pool;
void *objc_autoreleasePoolPush(void) { pool.depth++; return (void *)(pool.count + 1); }
void objc_autoreleasePoolPop(void *to) {
    while (pool.count > (size_t)to - 1) [pool.objects[--pool.count] release];
    if (--pool.depth == 0) { free(pool.objects); pool.objects = NULL; pool.room = 0; }
}
id objc_autorelease(id object) {
    if (!object) return nil;
    // On a Mac such an object leaks with a line in the log; here it is a fault.
    if (!pool.depth) broken("an object was autoreleased with no pool in place");
    if (pool.count == pool.room) {
        pool.room = pool.room ? 2 * pool.room : 32;
        pool.objects = realloc(pool.objects, pool.room * sizeof(id));
    }
    return pool.objects[pool.count++] = object;
}

id objc_retain(id object) { return [object retain]; }
void objc_release(id object) { [object release]; }
id objc_autoreleaseReturnValue(id object) { return objc_autorelease(object); }
id objc_retainAutoreleasedReturnValue(id object) { return [object retain]; }
id objc_retainAutorelease(id object) { return objc_autorelease([object retain]); }
// Inline functions in GCC's header, which Rust asks for by name.
Class real_object_getClass(id object) __asm__("object_getClass");
Class real_object_getClass(id object) { return object ? *(Class *)object : Nil; }

// What becomes of an object that is gone: a message to it is a fault, not luck (as NSZombieEnabled does on a Mac).
__attribute__((objc_root_class)) @interface FakeZombie { Class isa; }
@end
@implementation FakeZombie
+ (void)initialize {}
- (id)retain { broken("an object was retained that is gone"); }
- (oneway void)release { broken("an object was released once too often"); }
@end

// --- the root class -------------------------------------------------------------------------------------------------

@implementation NSObject
+ (void)initialize {}
+ (id)alloc {
    NSObject *new = class_createInstance(self, 0);
    new->refs = 1;
    return new;
}
+ (id)allocWithZone:(void *)zone { return [self alloc]; }
+ (id)new { return [[self alloc] init]; }
+ (Class)class { return self; }
+ (id)retain { return self; }
+ (oneway void)release {}
- (Class)class { return isa; }
- (id)init { return self; }
- (id)retain { __atomic_fetch_add(&refs, 1, __ATOMIC_SEQ_CST); return self; }
- (oneway void)release {
    long left = __atomic_sub_fetch(&refs, 1, __ATOMIC_SEQ_CST);
    if (left == 0) { clear_weak(self); [self dealloc]; }
}
- (id)autorelease { return objc_autorelease(self); }
- (void)dealloc { isa = objc_getClass("FakeZombie"); }
- (BOOL)isEqual:(id)other { return self == other; }
- (NSUInteger)hash { return (NSUInteger)self; }
- (BOOL)isKindOfClass:(Class)class {
    for (Class at = isa; at; at = class_getSuperclass(at)) if (at == class) return YES;
    return NO;
}
- (BOOL)respondsToSelector:(SEL)name { return class_respondsToSelector(isa, name); }
- (void)_ARCCompliantRetainRelease {}
@end

// --- threads of the system's ----------------------------------------------------------------------------------------

struct job { void (*work)(void *); void *context; };
static pthread_mutex_t jobs_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t jobs_done = PTHREAD_COND_INITIALIZER;
static int jobs;

static void *run_job(void *given) {
    struct job job = *(struct job *)given;
    free(given);
    void *scope = objc_autoreleasePoolPush();
    job.work(job.context);
    objc_autoreleasePoolPop(scope);
    pthread_mutex_lock(&jobs_lock);
    jobs--;
    pthread_cond_broadcast(&jobs_done);
    pthread_mutex_unlock(&jobs_lock);
    return NULL;
}
void on_a_thread(void (*work)(void *), void *context) {
    pthread_mutex_lock(&jobs_lock);
    jobs++;
    pthread_mutex_unlock(&jobs_lock);
    struct job *job = malloc(sizeof *job);
    *job = (struct job){work, context};
    pthread_t thread;
    pthread_create(&thread, NULL, run_job, job);
    pthread_detach(thread);
}
void fake_settle(void) {
    pthread_mutex_lock(&jobs_lock);
    while (jobs) pthread_cond_wait(&jobs_done, &jobs_lock);
    pthread_mutex_unlock(&jobs_lock);
}
