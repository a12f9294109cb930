import java.util.stream.IntStream;

/** Many threads, a collector, generated code and signal handlers of its own: null checks by SIGSEGV, deep recursion. */
public class Hello {
  static int depth(int n) {
    return depth(n + 1) + 1;
  }

  public static void main(String[] arguments) {
    System.out.println(IntStream.range(0, 100000).parallel().mapToObj(Integer::toString).mapToInt(String::length).sum());
    Object nothing = arguments.length > 100 ? "" : null;
    try {
      nothing.hashCode();
    } catch (NullPointerException error) {
      System.out.println("null");
    }
    try {
      depth(0);
    } catch (StackOverflowError error) {
      System.out.println("overflow");
    }
    java.nio.ByteBuffer.allocateDirect(1 << 20).put(7, (byte) 1);
  }
}
